using System.Text.Json;
using System.Text.Unicode;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// JSON that means one thing only: UTF-8, no member twice, shallow, and no text that a database chokes on long after
/// (U+0000, half a surrogate pair).
/// </summary>
internal static class StrictJson
{
    // WeChat Pay's own messages are at most five objects deep.
    private const int MaxDepth = 16;
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth };

    /// <summary>The object that <paramref name="json"/> holds, or null. The caller disposes it, and <paramref name="json"/> must not change before.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
        {
            return null;
        }

        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(json, Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object && !HasUnusableText(json.Span))
            {
                return document;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the reader says to half a surrogate pair.
        }

        document?.Dispose();
        return null;
    }

    /// <summary>The text of a member, or null when it is absent, no text or empty.</summary>
    public static string? Text(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } member && member.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>Whether a member is exactly this text.</summary>
    public static bool Is(this JsonElement element, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } member && member.ValueEquals(text);

    /// <summary>A member, or null when it is absent or <paramref name="element"/> is no object.</summary>
    public static JsonElement? Member(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    // Only an escape can hide such text in valid UTF-8, so the usual message costs one search.
    private static bool HasUnusableText(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, ReaderOptions);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped
                && reader.GetString()!.Contains('\0', StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
