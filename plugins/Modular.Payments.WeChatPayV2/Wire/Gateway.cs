using System.Net.Http.Headers;
using System.Security.Cryptography;

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
    public async Task<GatewayAnswer> CallAsync(string path, IEnumerable<(string Name, string? Value)> fields, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.BaseUrl + path);
        request.Content = new ByteArrayContent(XmlMessage.Write(Signed(fields)));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/xml", "utf-8");
        var (body, problem) = await Transport.SendAsync(http, request, XmlMessage.MaxBytes, cancellationToken);
        return problem is null ? Read(body.Span) : new GatewayAnswer.Unknown(problem);
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
            var says = XmlText.Quote(message.Text("return_msg") ?? "nothing", 200);
            return says.Contains("签名", StringComparison.Ordinal)
                ? Unknown($"The answer is an unsigned failure that says {says}: check ApiKey and MchId; WeChat Pay found our signature wrong.") with { Doubt = Doubt.OurSignature }
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
