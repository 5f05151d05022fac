using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2.Doctor;

/// <summary>Says why a notification of WeChat Pay's API v2 is not right. Made for one request.</summary>
internal sealed class WeChatPayV2Doctor : IDisposable
{
    private const string KeyName = "ApiKey";
    private const string Form = "The message cannot be read as XML, and no known fault explains it: compare the request with what WeChat Pay sent.";
    private static readonly SigningRule[] Rules = [new() { WithSignType = true }];

    private readonly DiagnosisRequest request;
    private readonly KeyRing ring;
    private readonly string? apiKey;
    private readonly SignAlgorithm algorithm;
    private readonly FieldProtocol protocol;
    private readonly Trials trials;

    public WeChatPayV2Doctor(DiagnosisRequest request)
    {
        this.request = request;
        ring = new KeyRing(request);
        apiKey = request.Settings.Optional("ApiKey");
        algorithm = request.Settings.Optional("SignType") is { } name ? SignAlgorithm.Named(name) ?? SignAlgorithm.HmacSha256 : SignAlgorithm.HmacSha256;
        protocol = new FieldProtocol
        {
            Verifies = (text, sign) => apiKey is not null && sign == KeyedText.Sign(text, apiKey, algorithm),
            Rules = Rules,
            Knows = NotificationFields.Knows,
            MayBeEmpty = NotificationFields.MayBeEmpty,
            SignType = algorithm.Name,
            NeedsSignType = false,
            CharsetOf = _ => ByteText.StrictUtf8,
        };
        trials = new Trials(request.MaxTrials);
    }

    public Diagnosis Diagnose()
    {
        if (string.Equals(request.Request.Method, "GET", StringComparison.OrdinalIgnoreCase))
        {
            return Diagnosis.Unexplained("WeChat Pay does not sign the address with which a browser returns, so there is nothing to verify; the shop asks WeChat Pay instead.", "", "");
        }

        var body = request.Request.Body.Span;
        var raw = ByteText.Of(body);
        if (raw.TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n').StartsWith('{'))
        {
            return Diagnosis.Of(Causes.WrongApiVersion, "The message is JSON, as API v3 sends it, and this instance speaks API v2", ByteText.Display(raw), KeyName);
        }

        var message = XmlReading.Read(body);
        var canonical = message is null ? ByteText.Display(raw) : KeyedText.Display(Rules[0].TextOf(message));
        return (message is null ? null : AsItStands(message, canonical))
            ?? Proved(raw, message)
            ?? FromStructure(raw, message, canonical)
            ?? Unexplained(message, canonical);
    }

    public void Dispose() => ring.Dispose();

    private Diagnosis? AsItStands(FieldMessage message, string canonical)
    {
        if (message[FieldMessage.Sign] is not { Length: > 0 } sign)
        {
            return null;
        }

        var text = Rules[0].TextOf(message);
        return protocol.Verifies(text, sign) ? Authentic(message, canonical)
            : Signatures.Explain(text, sign, algorithm, apiKey, ring.Secrets) is not { } explained ? null
            : Diagnosis.Of(Surroundings.CauseOf(request.Settings, explained.Signer, explained.Cause), explained.Fact, canonical, explained.Key);
    }

    private Diagnosis Authentic(FieldMessage message, string canonical)
    {
        if (message[FieldMessage.SignType] is { Length: > 0 } named && named != algorithm.Name)
        {
            return Diagnosis.Of(Causes.SignTypeWrong, $"The signature is right for {algorithm.Name}, and sign_type names another algorithm", canonical, KeyName);
        }

        return Read() is Verification.Refused refused
            ? Diagnosis.Unexplained($"The signature is right, and the message is refused all the same: {refused.Detail}", canonical, KeyName)
            : new Diagnosis(true, null, $"The signature belongs to this message and {KeyName}.", canonical, KeyName);
    }

    private Diagnosis? Proved(string raw, FieldMessage? message)
    {
        if (apiKey is null)
        {
            return null;
        }

        var proof = FieldDoctor.FindReading(XmlReading.Others(raw), message, protocol, trials);
        if (proof is null && message is not null)
        {
            // It was found wrong already; a suspicion that changes nothing must not count as one.
            trials.Try(Rules[0].TextOf(message), message[FieldMessage.Sign] ?? "", (_, _) => false);
            proof = FieldDoctor.First(XmlReading.OtherValues(message), protocol, trials) ?? FieldDoctor.Find(message, protocol, trials);
        }

        return proof is null ? null : Diagnosis.Of(proof with { Canonical = KeyedText.Ended(proof.Canonical) }, KeyName);
    }

    private Diagnosis? FromStructure(string raw, FieldMessage? message, string canonical)
    {
        if (Truncation.ByLength(request.Request) is { } cut)
        {
            return Diagnosis.Of(Causes.Truncated, cut, canonical, KeyName);
        }

        if (message is null)
        {
            return Truncation.IsBrokenOffXml(raw) ? Diagnosis.Of(Causes.Truncated, "The XML of the message breaks off", canonical, KeyName) : null;
        }

        if (message[FieldMessage.Sign] is not { Length: > 0 } sign)
        {
            return message["req_info"] is not null
                ? Refund(message["req_info"]!, canonical)
                : Diagnosis.Of(Causes.MissingSignature, "The message has no sign", canonical, "");
        }

        return apiKey is not null && sign.Length >= 8 && KeyedText.Sign(Rules[0].TextOf(message), apiKey, algorithm) is var whole && whole.Length > sign.Length && whole.StartsWith(sign, StringComparison.Ordinal)
            ? Diagnosis.Of(Causes.Truncated, "The sign is right as far as it goes, and breaks off", canonical, KeyName)
            : null;
    }

    /// <summary>A refund is sealed instead of signed: there is no signature to explain, only whether it opens.</summary>
    private Diagnosis Refund(string reqInfo, string canonical) =>
        ring.Secrets.FirstOrDefault(secret => secret.Value != apiKey && RefundNews.Open(new SealedText(secret.Value), reqInfo) is not null) is { } other
            ? Diagnosis.Of(Surroundings.CauseOf(request.Settings, other.Instance, Causes.OtherApiKey), $"The message is about a refund (req_info), and that opens with {other.Name} and not with {KeyName}", canonical, other.Name)
        : apiKey is null ? Diagnosis.Unexplained("The message is about a refund (req_info), which is sealed with the key and never signed, and ApiKey is missing: set it to the APIv2 key of the merchant platform.", canonical, KeyName)
        : Read() is Verification.Refused refused ? Diagnosis.Unexplained($"The message is about a refund (req_info), which is sealed with the key and never signed, and it is refused: {refused.Detail}", canonical, KeyName)
        : new Diagnosis(true, null, $"The message is about a refund (req_info), which is sealed with the key and never signed, and it opens with {KeyName}.", canonical, KeyName);

    private Verification Read()
    {
        var refunds = new RefundNews(request.Settings.Optional("MchId") ?? "", request.Settings.Optional("AppId") ?? "", new SealedText(apiKey!));
        return new NotificationReader(new MessageSigner(algorithm, apiKey!), refunds).Read(request.Request);
    }

    private Diagnosis Unexplained(FieldMessage? message, string canonical)
    {
        if (apiKey is null)
        {
            return Diagnosis.Unexplained("ApiKey is missing, so nothing can be verified: set it to the APIv2 key of the merchant platform.", canonical, KeyName);
        }

        return Diagnosis.Unexplained(
            message is null
                ? Form
                : $"The signature belongs neither to this text and {KeyName} ({algorithm.Name}) nor, by any known fault, to a text that it may have come from: either the content was changed, or it was signed with another key; if all messages are refused, copy the APIv2 key (not the APIv3 key) from the merchant platform again, and believe nothing that the message says.",
            canonical,
            KeyName);
    }
}
