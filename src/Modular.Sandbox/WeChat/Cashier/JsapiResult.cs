using System.Text.Json;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>How the JSAPI cashier tells the page that opened it what came of it, and closes itself.</summary>
internal static class JsapiResult
{
    private const string Prefix = "get_brand_wcpay_request:";

    /// <param name="outcome"><c>ok</c>, <c>cancel</c> or <c>fail</c>, as the callback shall hear it.</param>
    /// <param name="page">The address of the shop's page: only its origin gets the message.</param>
    public static string Script(string outcome, string session, string page)
    {
        var result = new Dictionary<string, string> { ["err_msg"] = Prefix + outcome };
        // The serializer writes <, > and & as escapes, so that no text can leave the script.
        var message = JsonSerializer.Serialize(new { kind = "wechat-jsapi", session, result });
        return $"""
            <p class="soft">回调 Callback: <code id="callback">{Html.Encode(Prefix + outcome)}</code></p>
            <script>window.opener?.postMessage({message}, {JsonSerializer.Serialize(OriginOf(page))}); window.close();</script>
            """;
    }

    private static string OriginOf(string page) =>
        Uri.TryCreate(page, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri.GetLeftPart(UriPartial.Authority) : "/";
}
