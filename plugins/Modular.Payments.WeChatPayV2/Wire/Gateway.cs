using System.Net.Http.Headers;
using System.Security.Cryptography;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// Signs, sends and believes an answer only when WeChat Pay signed it. The order in which an answer is judged is WeChat Pay's own:
/// <c>return_code</c>, the signature, and then <c>result_code</c>, which is left to the caller.
/// </summary>
internal sealed class Gateway(WeChatPayV2Settings settings, HttpClient http)
{
    private const string NonceCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A text that is never used twice, of the 32 characters that WeChat Pay allows at most.</summary>
    public static string Nonce() => RandomNumberGenerator.GetString(NonceCharacters, 32);

    /// <summary>Calls and verifies. A cancellation by the caller propagates; every other failure is <see cref="GatewayAnswer.Unknown"/>.</summary>
    public Task<GatewayAnswer> CallAsync(string path, IEnumerable<(string Name, string? Value)> fields, CancellationToken cancellationToken) =>
        CallOverAsync(http, settings.BaseUrl + path, fields, cancellationToken);

    /// <summary>The same through a client that shows the merchant's certificate.</summary>
    public Task<GatewayAnswer> CallAsync(HttpClient certified, string path, IEnumerable<(string Name, string? Value)> fields, CancellationToken cancellationToken) =>
        CallOverAsync(certified, settings.RefundBaseUrl + path, fields, cancellationToken);

    /// <summary>A signed request to <paramref name="path"/>, for an answer that is not signed XML.</summary>
    public HttpRequestMessage Request(string path, IEnumerable<(string Name, string? Value)> fields) => Write(settings.BaseUrl + path, fields);

    private async Task<GatewayAnswer> CallOverAsync(HttpClient client, string address, IEnumerable<(string Name, string? Value)> fields, CancellationToken cancellationToken)
    {
        using var request = Write(address, fields);
        var (body, problem) = await Transport.SendAsync(client, request, XmlMessage.MaxBytes, cancellationToken);
        return problem is null ? Read(body.Span) : new GatewayAnswer.Unknown(problem);
    }

    private HttpRequestMessage Write(string address, IEnumerable<(string Name, string? Value)> fields)
    {
        var content = new ByteArrayContent(XmlMessage.Write(Signed(fields)));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/xml", "utf-8");
        return new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
    }

    private MessageFields Signed(IEnumerable<(string Name, string? Value)> fields)
    {
        var message = MessageFields.ToSend(
        [
            ("appid", settings.AppId),
            ("mch_id", settings.MchId),
            ("nonce_str", Nonce()),
            ("sign_type", settings.Signer.Algorithm.Name),
            .. fields,
        ]);
        return message.With("sign", settings.Signer.Sign(message));
    }

    private GatewayAnswer Read(ReadOnlySpan<byte> body)
    {
        if (XmlMessage.Read(body, out var problem) is not { } message)
        {
            return Unknown($"The answer {problem}.");
        }

        if (!message.Is("return_code", "SUCCESS"))
        {
            // Nobody signs this, so it proves nothing, not even that the request was refused; what it says may still help a person.
            var says = ForeignText.Quote(message.Text("return_msg") ?? "nothing", 200);
            return says.Contains("签名", StringComparison.Ordinal)
                ? Unknown($"The answer is an unsigned failure that says {says}: check ApiKey and MchId; WeChat Pay found our signature wrong.") with { Doubt = Doubt.OurSignature }
                : says.Contains("证书", StringComparison.Ordinal)
                    ? Unknown($"The answer is an unsigned failure that says {says}: check ClientCertificate; WeChat Pay did not take the certificate.")
                    : Unknown($"The answer is an unsigned failure that says {says}.");
        }

        if (settings.Signer.Refusal(message) is var (_, detail))
        {
            return Unknown($"The answer was not believed. {detail}") with { Doubt = Doubt.TheirSignature };
        }

        return message.Text("mch_id") is { } merchant && merchant != settings.MchId ? Unknown("The answer is signed, but names another mch_id than MchId.")
            : message.Text("appid") is { } app && app != settings.AppId ? Unknown("The answer is signed, but names another appid than AppId.")
            : new GatewayAnswer.Verified(message);
    }

    private static GatewayAnswer.Unknown Unknown(string detail) => new(detail);
}
