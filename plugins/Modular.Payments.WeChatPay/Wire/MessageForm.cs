using System.Net.Http.Headers;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>Whether a request has the outer form of a notification.</summary>
internal static class MessageForm
{
    private const string ContentType = "Content-Type";

    /// <summary>One sentence that says what is wrong, or null.</summary>
    public static string? Problem(RawRequest request)
    {
        if (!string.Equals(request.Method, "POST", StringComparison.OrdinalIgnoreCase))
        {
            return "A notification is a POST.";
        }

        var body = request.Body.Span.TrimStart("\uFEFF \t\r\n"u8);
        if (body.IsEmpty)
        {
            return "The notification has no body.";
        }

        if (body[0] == (byte)'<')
        {
            return "The notification is XML, the form of API v2: give it to an instance of the v2 plugin, or name notify_url in every v3 call so that none falls back to v2.";
        }

        return IsJson(request.Header(ContentType)) || !request.Headers.Any(header => header.Key.Equals(ContentType, StringComparison.OrdinalIgnoreCase))
            ? null
            : "A notification has the content type application/json in UTF-8.";
    }

    // What decides is the signature over the bytes; the type only keeps forms and pages out.
    private static bool IsJson(string? contentType) =>
        contentType == "application/json"
        || (MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.MediaType!.Contains("json", StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            && (type.CharSet is null || type.CharSet.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.CharSet.Equals("utf8", StringComparison.OrdinalIgnoreCase)));
}
