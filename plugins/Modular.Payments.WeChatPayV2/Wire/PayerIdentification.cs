using System.Globalization;
using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// WeChat's OAuth 2.0 for pages inside WeChat, in the scope <c>snsapi_base</c>, which names the openid without asking the shopper. The
/// answer is not signed; the TLS connection vouches for it, and it moves no money.
/// </summary>
internal sealed class PayerIdentification(WeChatPayV2Settings settings, HttpClient http)
{
    private const int MaxAnswerBytes = 16 * 1024;
    private const int MaxCodeLength = 512;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The order of the parameters and the fragment are part of what WeChat checks.</summary>
    public Uri? AuthorizeUrl(Uri callback, string state) => settings.AppSecret is null ? null : new Uri(
        $"{settings.OAuthAuthorizeUrl.AbsoluteUri}?appid={settings.AppId}&redirect_uri={Uri.EscapeDataString(callback.AbsoluteUri)}"
        + $"&response_type=code&scope=snsapi_base&state={Uri.EscapeDataString(state)}#wechat_redirect");

    public async Task<PayerAnswer> ExchangeAsync(string code, CancellationToken cancellationToken)
    {
        if (settings.AppSecret is not { } secret)
        {
            return new PayerAnswer.Unknown("AppSecret is missing: set the official account's secret, or payers cannot be identified.");
        }

        if (string.IsNullOrWhiteSpace(code) || code.Length > MaxCodeLength)
        {
            return new PayerAnswer.CodeRefused("CODE", "The browser brought no code, or one that is none of WeChat's.");
        }

        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"{settings.OAuthTokenUrl.AbsoluteUri}?appid={settings.AppId}&secret={secret}&code={Uri.EscapeDataString(code)}&grant_type=authorization_code");
        var (body, problem) = await Transport.SendAsync(http, request, MaxAnswerBytes, cancellationToken);
        return problem is null ? Read(body) : new PayerAnswer.Unknown(problem);
    }

    // The content type of these answers is text/plain by tradition, so it is not looked at.
    private PayerAnswer Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, Strict);
            var answer = json.RootElement;
            if (answer.ValueKind != JsonValueKind.Object)
            {
                return NotUnderstood();
            }

            if (answer.TryGetProperty("errcode", out var error) && !(error.ValueKind == JsonValueKind.Number && error.TryGetInt64(out var zero) && zero == 0))
            {
                return error.ValueKind == JsonValueKind.Number && error.TryGetInt64(out var number)
                    ? OfError(number, answer.TryGetProperty("errmsg", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : "")
                    : NotUnderstood();
            }

            // A page that was only looked at in WeChat's guest mode gets a made-up openid, with which nobody can pay.
            if (answer.TryGetProperty("is_snapshotuser", out var guest) && guest.ToString() == "1")
            {
                return new PayerAnswer.Unknown("WeChat shows the page in its guest mode and names no real payer: the shopper must choose to use the full service first.");
            }

            return answer.TryGetProperty("openid", out var openId) && openId.ValueKind == JsonValueKind.String && UnifiedOrder.IsOpenId(openId.GetString()!)
                ? new PayerAnswer.Identified(openId.GetString()!)
                : NotUnderstood();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the reader says to broken surrogates in an escaped string.
            return NotUnderstood();
        }
    }

    private PayerAnswer OfError(long number, string message)
    {
        var code = number.ToString(CultureInfo.InvariantCulture);
        var says = $"WeChat says {code} {Quote(message)}".TrimEnd();
        return number switch
        {
            40029 => new PayerAnswer.CodeRefused(code, $"{says}: the code is wrong or older than five minutes."),
            40163 => new PayerAnswer.CodeRefused(code, $"{says}: the code was used before."),
            41008 => new PayerAnswer.CodeRefused(code, $"{says}: the code is missing."),
            40013 or 41002 => new PayerAnswer.Unknown($"{says}: AppId is not that of an official account; copy it from the account's basic configuration."),
            40125 => new PayerAnswer.Unknown($"{says}: AppSecret does not belong to AppId; copy it again or reset it in the account's basic configuration."),
            _ => new PayerAnswer.Unknown($"{says}."),
        };
    }

    private string Quote(string message) =>
        ForeignText.Quote(message.Replace(settings.AppSecret!, "***", StringComparison.OrdinalIgnoreCase), 200);

    private static PayerAnswer.Unknown NotUnderstood() => new("WeChat's answer names neither an openid nor an error.");
}
