namespace Modular.Payments.Abstractions;

/// <summary>
/// An HTTP request exactly as it arrived: the bytes that a signature was made over. Nothing in it has been decoded,
/// trimmed or joined. Instances are immutable and may be read from several threads.
/// </summary>
/// <param name="Method">The HTTP method, in capitals.</param>
/// <param name="Query">The query string without its question mark, still percent-encoded; empty when there is none.</param>
/// <param name="Headers">The headers in the order received; a name may stand more than once.</param>
/// <param name="Body">The body; at most 64 KiB, the host refuses more.</param>
public sealed record RawRequest(
    string Method,
    string Query,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    ReadOnlyMemory<byte> Body)
{
    /// <summary>
    /// When it arrived, UTC; null stands for now. How fresh a message is counts from here, so that a kept one can be processed
    /// again after a setting was mended.
    /// </summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>The value of the only header named <paramref name="name"/>; null when it is absent or stands twice.</summary>
    public string? Header(string name)
    {
        string? found = null;
        foreach (var (key, value) in Headers)
        {
            if (!key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (found is not null)
            {
                return null;
            }

            found = value;
        }

        return found;
    }
}
