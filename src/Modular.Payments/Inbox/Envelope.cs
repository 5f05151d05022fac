using System.Globalization;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>
/// A request as bytes, laid out like the request itself: a request line (method, <c>?query</c>, the body's true length),
/// headers, an empty line, the body. What is written is read back byte for byte. Left out are headers with which somebody proves
/// who they are to a proxy or a site of the same domain, because no provider sends one, and headers beyond any provider's size.
/// </summary>
internal static class Envelope
{
    // WeChat Pay's headers have some 600 characters together, and a signature of a key of 4096 bits has 684.
    private const int MaxHeader = 2 * 1024;
    private const int MaxHeaders = 8 * 1024;

    // Parts of names, because every proxy and framework has names of its own: X-Api-Key, X-Auth-Token, CF-Access-Jwt-Assertion, …
    private static readonly string[] Secrets =
        ["cookie", "authorization", "token", "secret", "api-key", "apikey", "password", "passwd", "session", "jwt", "credential", "csrf", "xsrf", "access-key"];

    /// <param name="request">The request.</param>
    /// <param name="maxBody">How much of the body is kept.</param>
    public static byte[] Write(RawRequest request, int maxBody)
    {
        var head = new StringBuilder(512).Append(CultureInfo.InvariantCulture, $"{request.Method} ?{request.Query} {request.Body.Length}\n");
        foreach (var (name, value) in Kept(request.Headers))
        {
            head.Append(name).Append(": ").Append(value).Append('\n');
        }

        head.Append('\n');
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. request.Body.Span[..Math.Min(maxBody, request.Body.Length)]];
    }

    private static IEnumerable<KeyValuePair<string, string>> Kept(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var size = 0;
        foreach (var (name, value) in headers)
        {
            var length = name.Length + value.Length;
            if (length <= MaxHeader && size + length <= MaxHeaders && !Secrets.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase)))
            {
                size += length;
                yield return new(name, value);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote. <c>IsWhole</c> is false when the body was cut; null when the bytes are no envelope.</summary>
    public static (RawRequest Request, bool IsWhole)? Read(byte[] bytes, DateTimeOffset receivedAt)
    {
        var end = bytes.AsSpan().IndexOf("\n\n"u8);
        if (end < 0)
        {
            return null;
        }

        var lines = Encoding.UTF8.GetString(bytes, 0, end).Split('\n');
        if (lines[0].Split(' ') is not [var method, ['?', .. var query], .. var rest])
        {
            return null;
        }

        var headers = new List<KeyValuePair<string, string>>(lines.Length);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0)
            {
                return null;
            }

            headers.Add(new(line[..colon], line[(colon + 2)..]));
        }

        var body = bytes.AsMemory(end + 2);
        var isWhole = rest is not [var length] || length == body.Length.ToString(CultureInfo.InvariantCulture);
        return (new RawRequest(method, query, headers, body) { ReceivedAt = receivedAt }, isWhole);
    }
}
