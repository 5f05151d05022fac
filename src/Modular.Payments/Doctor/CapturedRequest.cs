using System.Globalization;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>
/// Reads an HTTP request from the bytes in which somebody kept it: request line, headers, an empty line, the body. Lines of the head may
/// end in LF or CRLF, and the request line may lack its <c>HTTP/1.1</c>. The body is taken byte for byte.
/// </summary>
/// <remarks>
/// <para>A body in chunks is put together; one that is not in chunks, although the head says so, is what tools leave that show a
/// request after they have done that, and is taken as it is.</para>
/// <para>A <c>Content-Length</c> that promises more than there is stays a header: the doctor takes it for a sign of a body cut off.
/// One that promises less is reported as <see cref="Surplus"/>: a server would have read only that much, but the surplus may as well
/// be what the fault has added.</para>
/// </remarks>
/// <param name="Request">The request with the whole body.</param>
/// <param name="Surplus">By how many bytes the body is longer than its <c>Content-Length</c>; 0 when it is not.</param>
public sealed record CapturedRequest(RawRequest Request, int Surplus)
{
    /// <summary>The largest capture that is read.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxHeaders = 200;

    /// <summary>Reads a capture; null and one sentence when it is none.</summary>
    public static CapturedRequest? Read(ReadOnlySpan<byte> capture, out string? problem)
    {
        if (capture.Length > MaxBytes)
        {
            problem = $"The captured request is larger than {MaxBytes / 1024} KiB.";
            return null;
        }

        var text = capture.StartsWith(Encoding.UTF8.Preamble) ? capture[Encoding.UTF8.Preamble.Length..] : capture;
        var (head, body) = Split(text);
        var lines = Encoding.UTF8.GetString(head).Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        var first = RequestLine(lines[0]);
        if (first is null)
        {
            problem = "The captured request does not begin with a request line such as 'POST /payments/alipay/notify HTTP/1.1'.";
            return null;
        }

        var headers = new List<KeyValuePair<string, string>>();
        foreach (var line in lines.Skip(1).Where(line => line.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (line[0] is ' ' or '\t' && headers.Count > 0)
            {
                headers[^1] = new(headers[^1].Key, $"{headers[^1].Value} {line.Trim()}");
            }
            else if (colon > 0 && headers.Count < MaxHeaders)
            {
                headers.Add(new(line[..colon].Trim(), line[(colon + 1)..].Trim()));
            }
            else
            {
                problem = $"Line {Array.IndexOf(lines, line) + 1} of the captured request is no header; an empty line must stand between the headers and the body.";
                return null;
            }
        }

        problem = null;
        var request = new RawRequest(first.Value.Method, first.Value.Query, headers, body.ToArray());
        return Measured(Joined(request));
    }

    /// <summary>The request with the body that a server would have read.</summary>
    public RawRequest WithoutSurplus() => Request with { Body = Request.Body[..^Surplus] };

    private static (byte[] Head, byte[] Body) Split(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOf((byte)'\n'); at >= 0;)
        {
            var rest = text[(at + 1)..];
            var emptyLine = rest.StartsWith("\n"u8) ? 1 : rest.StartsWith("\r\n"u8) ? 2 : 0;
            if (emptyLine > 0)
            {
                return (text[..at].ToArray(), rest[emptyLine..].ToArray());
            }

            var next = rest.IndexOf((byte)'\n');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return (text.ToArray(), []);
    }

    private static (string Method, string Query)? RequestLine(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0 || !line.AsSpan(0, space).ToArray().All(char.IsAsciiLetter))
        {
            return null;
        }

        var target = line[(space + 1)..].Trim();
        var version = target.LastIndexOf(" HTTP/", StringComparison.OrdinalIgnoreCase);
        target = version >= 0 ? target[..version].TrimEnd() : target;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var fragment = target.IndexOf('#', StringComparison.Ordinal);
        target = fragment >= 0 ? target[..fragment] : target;
        return (line[..space].ToUpperInvariant(), query >= 0 && query < target.Length ? target[(query + 1)..] : "");
    }

    private static CapturedRequest Measured(RawRequest request) =>
        int.TryParse(request.Header("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length < request.Body.Length
            ? new CapturedRequest(request, request.Body.Length - length)
            : new CapturedRequest(request, 0);

    private static RawRequest Joined(RawRequest request)
    {
        if (request.Header("Transfer-Encoding")?.Contains("chunked", StringComparison.OrdinalIgnoreCase) != true || Chunks.Join(request.Body.Span) is not { } joined)
        {
            return request;
        }

        // What the chunks promise takes the place of the length that a body in chunks does not have.
        var headers = request.Headers.Where(header => !header.Key.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) && !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase));
        return request with { Headers = [.. headers, new("Content-Length", joined.Promised.ToString(CultureInfo.InvariantCulture))], Body = joined.Body };
    }
}

/// <summary>The chunked transfer coding.</summary>
internal static class Chunks
{
    /// <summary>
    /// The body and how long it ought to be, which is more when it breaks off; null when the bytes are no chunks. A last chunk that
    /// is missing counts as one byte that did not come.
    /// </summary>
    public static (byte[] Body, int Promised)? Join(ReadOnlySpan<byte> bytes)
    {
        var body = new List<byte>(bytes.Length);
        while (true)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                return body.Count > 0 ? (body.ToArray(), body.Count + 1) : null;
            }

            var line = bytes[..end].TrimEnd((byte)'\r');
            var extension = line.IndexOf((byte)';');
            var digits = Encoding.ASCII.GetString(extension < 0 ? line : line[..extension]).Trim();
            if (digits.Length is 0 or > 6 || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size))
            {
                return null;
            }

            bytes = bytes[(end + 1)..];
            if (size == 0)
            {
                return (body.ToArray(), body.Count);
            }

            if (size > bytes.Length)
            {
                var promised = body.Count + size;
                body.AddRange(bytes);
                return (body.ToArray(), promised);
            }

            body.AddRange(bytes[..size]);
            bytes = bytes[size..];
            bytes = bytes.StartsWith("\r\n"u8) ? bytes[2..] : bytes.StartsWith("\n"u8) ? bytes[1..] : bytes;
        }
    }
}
