using System.Globalization;
using System.Text.Json;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>Finds what was cut off, from structure alone. Nothing is called cut off that is merely wrong.</summary>
public static class Truncation
{
    // What is shorter is no beginning of a signature but something that somebody made up.
    private const int MinSignature = 64;

    /// <summary>What is missing of the body by its own <c>Content-Length</c>, as a sentence's beginning; null when nothing is.</summary>
    public static string? ByLength(RawRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return long.TryParse(request.Header("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var promised) && promised > request.Body.Length
            ? string.Create(CultureInfo.InvariantCulture, $"The message promises {promised} bytes and has {request.Body.Length}")
            : null;
    }

    /// <summary>
    /// Whether an RSA signature is the beginning of one: Base64 that ends before the key's length is reached, and without the
    /// padding with which a whole one ends. A signature that lost a character within has its padding and is merely wrong.
    /// </summary>
    public static bool IsBrokenOffSignature(string base64, int keyBits)
    {
        ArgumentNullException.ThrowIfNull(base64);
        var whole = (((keyBits + 7) / 8) + 2) / 3 * 4;
        return base64.Length >= MinSignature && base64.Length < whole && base64.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/');
    }

    /// <summary>Whether the body is the beginning of a JSON object that breaks off.</summary>
    public static bool IsBrokenOffJson(ReadOnlySpan<byte> body)
    {
        var text = body.TrimStart("\uFEFF \t\r\n"u8);
        if (text.IsEmpty || text[0] != (byte)'{')
        {
            return false;
        }

        try
        {
            // As a first block, an object that ends too early is no error but a request for more.
            var reader = new Utf8JsonReader(text, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 64 }));
            while (reader.Read())
            {
            }

            // A quotation mark that was changed leaves a text open up to the closing braces; that is an alteration and no cut.
            var rest = text[(int)reader.BytesConsumed..];
            return (reader.CurrentDepth > 0 || reader.BytesConsumed == 0) && !rest.Contains((byte)'}');
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether the body is the beginning of a flat XML message, fields inside one root, that breaks off.</summary>
    public static bool IsBrokenOffXml(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var text = body.AsSpan().Trim("\u00EF\u00BB\u00BF\uFEFF \t\r\n");
        if (text.StartsWith("<?xml"))
        {
            var end = text.IndexOf("?>");
            if (end < 0)
            {
                return true;
            }

            text = text[(end + 2)..].TrimStart();
        }

        return text.StartsWith("<xml>") && !text.EndsWith("</xml>") && FieldsBreakOff(text["<xml>".Length..]);
    }

    private static bool FieldsBreakOff(ReadOnlySpan<char> text)
    {
        while (true)
        {
            text = text.TrimStart();
            if (text.IsEmpty || "</xml>".AsSpan().StartsWith(text))
            {
                return true;
            }

            if (text[0] != '<')
            {
                return false;
            }

            var name = text[1..];
            var length = name.IndexOfAnyExcept(NameCharacters);
            if (length < 0)
            {
                return true;
            }

            if (length == 0 || name[length] != '>')
            {
                return false;
            }

            name = name[..length];
            text = text[(length + 2)..];
            var (value, isWhole) = SkipValue(text);
            if (!isWhole)
            {
                return !text.Contains("</", StringComparison.Ordinal);
            }

            var end = $"</{name}>";
            text = text[value..];
            if (!text.StartsWith(end))
            {
                return end.AsSpan().StartsWith(text);
            }

            text = text[end.Length..];
        }
    }

    private static System.Buffers.SearchValues<char> NameCharacters { get; } =
        System.Buffers.SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    private static (int Length, bool IsWhole) SkipValue(ReadOnlySpan<char> text)
    {
        const string Open = "<![CDATA[";
        if (text.StartsWith(Open))
        {
            var end = text.IndexOf("]]>");
            return (end + 3, end >= 0);
        }

        var next = text.IndexOf('<');
        return next < 0 || (text[next..].Length < Open.Length && Open.AsSpan().StartsWith(text[next..])) ? (text.Length, false) : (next, true);
    }
}
