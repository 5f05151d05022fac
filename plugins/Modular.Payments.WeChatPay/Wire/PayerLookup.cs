using System.Globalization;
using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// WeChat's OAuth with the scope <c>snsapi_base</c>, which asks the shopper nothing: inside WeChat the browser goes to the
/// authorise page and comes back with a code, and the code is exchanged for the openid. The answers are not signed; an
/// openid only decides whose cashier opens.
/// </summary>
internal sealed class PayerLookup(string appId, OAuthSettings settings, HttpClient http)
{
    private const int MaxCode = 512;
    private const int MaxMessage = 160;

    public static bool IsOpenId(string? text) =>
        text is { Length: > 0 and <= 128 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>WeChat insists on this order of the parameters and on the fragment.</summary>
    public Uri? AuthorizeUrl(Uri callback, string state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return settings.AppSecret is null
            ? null
            : new Uri($"{settings.AuthorizeUrl.AbsoluteUri}?appid={appId}&redirect_uri={Uri.EscapeDataString(callback.AbsoluteUri)}&response_type=code&scope=snsapi_base&state={Uri.EscapeDataString(state)}#wechat_redirect");
    }

    public async Task<PayerAnswer> IdentifyAsync(string code, CancellationToken cancellationToken)
    {
        if (settings.AppSecret is not { } secret)
        {
            return new PayerAnswer.Unknown("AppSecret is not set, so nobody can be identified: copy it from the console of the official account.");
        }

        if (string.IsNullOrEmpty(code) || code.Length > MaxCode || code.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return new PayerAnswer.CodeRefused("code", "The code is empty, too long or holds characters that no code has.");
        }

        var address = new Uri($"{settings.TokenUrl.AbsoluteUri}?appid={appId}&secret={Uri.EscapeDataString(secret)}&code={Uri.EscapeDataString(code)}&grant_type=authorization_code");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var answer = await HttpAnswer.OfAsync(http, request, cancellationToken);
        if (answer.Problem is { } problem)
        {
            return new PayerAnswer.Unknown(problem);
        }

        // Whatever the content type says: WeChat has long called its JSON text/plain.
        using var json = StrictJson.Parse(answer.Body);
        return answer.Status != 200 || json is null
            ? new PayerAnswer.Unknown($"WeChat's answer is not the JSON that was expected (HTTP {answer.Status}).")
            : Read(json.RootElement, secret);
    }

    private static PayerAnswer Read(JsonElement answer, string secret)
    {
        if (ErrorCode(answer) is { } error)
        {
            var says = ForeignText.Quote((answer.Text("errmsg"u8) ?? "").Replace(secret, "…", StringComparison.Ordinal), MaxMessage);
            return OfError(error, says.Length > 0 ? $"{error} “{says}”" : error);
        }

        // A page that WeChat shows as a preview has an openid that stands for nobody and cannot pay.
        if (answer.Member("is_snapshotuser"u8) is { } snapshot && snapshot.ToString() == "1")
        {
            return new PayerAnswer.CodeRefused("is_snapshotuser", "WeChat showed the page as a preview, without a real user: the shopper must open the whole page first.");
        }

        return answer.Text("openid"u8) is { } openId && IsOpenId(openId)
            ? new PayerAnswer.Identified(openId)
            : new PayerAnswer.Unknown("WeChat's answer names no openid that can be used.");
    }

    private static PayerAnswer OfError(string error, string says) => error switch
    {
        "40029" => new PayerAnswer.CodeRefused(error, $"WeChat does not know the code, or it is older than five minutes: {says}."),
        "40163" => new PayerAnswer.CodeRefused(error, $"The code was used before: {says}."),
        "40013" or "41002" => new PayerAnswer.Unknown($"WeChat does not accept AppId, check it in the console of the official account: {says}."),
        "40125" or "41004" => new PayerAnswer.Unknown($"WeChat does not accept AppSecret, copy it from the console of the official account again: {says}."),
        "40164" => new PayerAnswer.Unknown($"WeChat does not accept this machine's IP address, add it to the list in the console of the official account: {says}."),
        _ => new PayerAnswer.Unknown($"WeChat could not identify the payer: {says}."),
    };

    /// <summary>The error code, or null for success, which has none or 0.</summary>
    private static string? ErrorCode(JsonElement answer) => answer.Member("errcode"u8) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var code) => code == 0 ? null : code.ToString(CultureInfo.InvariantCulture),
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString() is "0" ? null : ForeignText.OneLine(text.GetString()!, 16),
        _ => "errcode",
    };
}
