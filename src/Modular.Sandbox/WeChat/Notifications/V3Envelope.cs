using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;
using Modular.Sandbox.Signing;
using Modular.Sandbox.WeChat.V3;

namespace Modular.Sandbox.WeChat.Notifications;

/// <summary>
/// A notification of API v3: signed by its headers, the transaction or refund encrypted inside, acknowledged by status 200 or 204. The id
/// stays over all attempts; timestamp, nonce and signature are new each time.
/// </summary>
internal sealed class V3Envelope(
    WeChatOptions settings, DeliveryRules rules, WeChatMerchant merchant, string id, DateTimeOffset createdAt, V3News news) : IEnvelope
{
    private const string ProbePrefix = "WECHATPAY/SIGNTEST/";
    private const int CutBytes = 4;

    private static readonly string[] OuterNames = ["id", "create_time", "event_type", "resource_type", "summary", "resource"];

    public DeliveryRules Rules => rules;

    public IReadOnlyDictionary<string, string> Fields { get; } = Flat(news.Content, "").ToDictionary();

    public void Write(HttpRequestMessage request, NotifyFaults faults, DateTimeOffset now)
    {
        var content = Overwritten(news.Content, faults.ResignTampered);
        var honest = Message(content, faults);
        var body = Text(honest);
        var headers = Sign(body, faults, now);
        if (faults.Tamper is { Count: > 0 } tamper)
        {
            body = Text(Tampered(honest, content, tamper, faults));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.TryAddWithoutValidation("User-Agent", "Mozilla/4.0");
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        request.Headers.TryAddWithoutValidation("Pragma", "no-cache");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    public bool IsAcknowledged(int status, string answer) => status is StatusCodes.Status200OK or StatusCodes.Status204NoContent;

    private JsonObject Message(JsonObject content, NotifyFaults faults)
    {
        var nonce = Digits.Token(12);
        var associatedData = faults.AssociatedData ?? news.AssociatedData;
        var ciphertext = V3Seal.Encrypt(merchant.ApiV3Key, nonce, associatedData, Text(content));
        return new JsonObject
        {
            ["id"] = id,
            ["create_time"] = Rfc3339.Text(createdAt),
            ["event_type"] = faults.EventType ?? news.EventType,
            ["resource_type"] = "encrypt-resource",
            ["summary"] = news.Summary,
            ["resource"] = new JsonObject
            {
                ["original_type"] = news.Type,
                ["algorithm"] = V3Seal.Algorithm,
                ["ciphertext"] = faults.TruncatedTag == true ? Cut(ciphertext) : ciphertext,
                ["associated_data"] = associatedData,
                ["nonce"] = nonce,
            },
        };
    }

    private static string Cut(string ciphertext) => Convert.ToBase64String(Convert.FromBase64String(ciphertext).AsSpan()[..^CutBytes]);

    private Dictionary<string, string> Sign(string body, NotifyFaults faults, DateTimeOffset now)
    {
        var key = Key();
        var signer = faults.WrongKey == true ? new PlatformKey(key.Serial, NobodysKey.Value, null) : key;
        var headers = V3Headers.Sign(key, signer, body, now - TimeSpan.FromSeconds(faults.StaleSeconds ?? 0));
        if (faults.Probe == true)
        {
            headers[V3Headers.Signature] = ProbePrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(256))[ProbePrefix.Length..];
        }

        if (faults.SignType is { } signType)
        {
            headers[V3Headers.Type] = signType;
        }

        if (faults.OmitSignature == true)
        {
            headers.Remove(V3Headers.Signature);
        }

        return headers;
    }

    /// <summary>While a merchant changes over, a share of the notifications is signed with the public key's partner.</summary>
    private PlatformKey Key()
    {
        var byPublicKey = merchant.PublicKey is not null && RandomNumberGenerator.GetInt32(100) < merchant.PublicKeyShare * 100;
        return (byPublicKey ? merchant.PublicKey : merchant.DefaultKey)
            ?? throw new HttpRequestException($"Merchant {merchant.MchId} has neither a platform certificate nor a public key to sign with.");
    }

    /// <summary>Members of the message itself are changed as they are; all others are taken for members of the content, encrypted anew.</summary>
    private JsonObject Tampered(JsonObject honest, JsonObject content, Dictionary<string, string> tamper, NotifyFaults faults)
    {
        var inner = tamper.Where(change => !OuterNames.Contains(change.Key.Split('.')[0])).ToDictionary();
        var message = inner.Count > 0 ? Message(Overwritten(content, inner), faults) : honest;
        return Overwritten(message, tamper.Except(inner).ToDictionary());
    }

    private static JsonObject Overwritten(JsonObject node, Dictionary<string, string>? values)
    {
        var copy = (JsonObject)node.DeepClone();
        foreach (var (path, value) in values ?? [])
        {
            JsonMembers.Overwrite(copy, path, value);
        }

        return copy;
    }

    private string Text(JsonObject node) => JsonMembers.Text(settings.ShuffleMembers ? JsonMembers.Shuffled(node) : node);

    private static IEnumerable<KeyValuePair<string, string>> Flat(JsonObject node, string prefix) => node.SelectMany(member =>
        member.Value is JsonObject inner ? Flat(inner, $"{prefix}{member.Key}.") : [KeyValuePair.Create(prefix + member.Key, $"{member.Value}")]);
}
