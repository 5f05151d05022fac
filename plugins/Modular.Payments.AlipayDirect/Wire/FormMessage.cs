using System.Buffers;
using System.Text;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// The parameters of a form body or a query, percent-decoded exactly once and sorted by name. The decoded bytes are the very bytes
/// that Alipay signed, in whichever charset, so nothing becomes a string on the way to the signature check. The buffers are
/// pooled: dispose it, and keep no span beyond that.
/// </summary>
internal ref struct FormMessage
{
    // Real messages carry about 25 parameters; the bounds keep a body of a thousand ampersands from costing anything.
    private const int MaxParameters = 128;
    private const int MaxNameLength = 64;

    private static readonly SearchValues<byte> NameCharacters = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"u8);

    // Under one of these the routers of older frameworks, and proxies in front of them, add what they route by.
    private const string RouterNames = "acms";

    private readonly byte[] bytes;
    private readonly Entry[] entries;
    private int count;

    private FormMessage(int byteCount)
    {
        bytes = ArrayPool<byte>.Shared.Rent(byteCount);
        entries = ArrayPool<Entry>.Shared.Rent(MaxParameters);
    }

    public readonly ReadOnlySpan<Entry> Entries => entries.AsSpan(0, count);

    /// <summary>
    /// Reads <paramref name="raw"/>. The problem is a sentence, or null when the message could be read. The parameters of routers (<c>m</c>,
    /// <c>c</c>, <c>a</c>, <c>s</c>) are left out, as Alipay's guides tell: they are none of Alipay's and never signed, nothing here reads them,
    /// and so nobody gains by adding them.
    /// </summary>
    public static FormMessage Read(ReadOnlySpan<byte> raw, out string? problem)
    {
        var message = new FormMessage(raw.Length);
        problem = message.Fill(raw) ?? message.SortAndFindDuplicate();
        return message;
    }

    /// <summary>Whether the undecoded name is one of those that routers add.</summary>
    public static bool IsOfRouter(ReadOnlySpan<byte> name) => name is [var letter] && RouterNames.Contains((char)letter);

    public readonly ReadOnlySpan<byte> Name(in Entry entry) => bytes.AsSpan(entry.NameStart, entry.NameLength);

    public readonly ReadOnlySpan<byte> Value(in Entry entry) => bytes.AsSpan(entry.ValueStart, entry.ValueLength);

    public readonly bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (ref readonly var entry in Entries)
        {
            if (Name(entry).SequenceEqual(name))
            {
                value = Value(entry);
                return true;
            }
        }

        value = default;
        return false;
    }

    public readonly void Dispose()
    {
        ArrayPool<byte>.Shared.Return(bytes);
        ArrayPool<Entry>.Shared.Return(entries);
    }

    private string? Fill(ReadOnlySpan<byte> raw)
    {
        var written = 0;
        foreach (var range in raw.Split((byte)'&'))
        {
            var pair = raw[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            if (count == MaxParameters)
            {
                return $"The message has more than {MaxParameters} parameters.";
            }

            var equals = pair.IndexOf((byte)'=');
            if (IsOfRouter(equals < 0 ? pair : pair[..equals]))
            {
                continue;
            }

            var start = written;
            if (!PercentEncoding.TryDecode(equals < 0 ? pair : pair[..equals], bytes.AsSpan(), ref written))
            {
                return "A parameter's name is not percent-encoded correctly.";
            }

            var middle = written;
            if (!PercentEncoding.TryDecode(equals < 0 ? [] : pair[(equals + 1)..], bytes.AsSpan(), ref written))
            {
                return "A parameter's value is not percent-encoded correctly.";
            }

            // An equals sign or an ampersand in a name would make two messages out of one signed text.
            if (middle == start || middle - start > MaxNameLength || bytes.AsSpan(start..middle).ContainsAnyExcept(NameCharacters))
            {
                return "A parameter has a name that is none of Alipay's.";
            }

            entries[count++] = new Entry(start, middle - start, middle, written - middle);
        }

        return count > 0 ? null : "The message has no parameters.";
    }

    private readonly string? SortAndFindDuplicate()
    {
        // A message has few parameters, often nearly in order: insertion beats a general sort and its delegate.
        var used = entries.AsSpan(0, count);
        for (var i = 1; i < used.Length; i++)
        {
            var entry = used[i];
            var at = i;
            var order = 1;
            while (at > 0 && (order = Name(used[at - 1]).SequenceCompareTo(Name(entry))) > 0)
            {
                used[at] = used[at - 1];
                at--;
            }

            if (order == 0)
            {
                return $"The parameter {Encoding.ASCII.GetString(Name(entry))} stands twice.";
            }

            used[at] = entry;
        }

        return null;
    }

    /// <summary>Where one parameter lies in the decoded bytes.</summary>
    internal readonly record struct Entry(int NameStart, int NameLength, int ValueStart, int ValueLength);
}
