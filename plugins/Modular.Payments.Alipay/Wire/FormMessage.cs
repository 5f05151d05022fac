using System.Buffers;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// The parameters of a form body or a query, percent-decoded exactly once and sorted by name. The decoded bytes are the
/// very bytes that Alipay signed, in whichever charset, so nothing becomes a string on the way to the signature check.
/// The buffers are pooled: dispose it, and keep no span beyond that.
/// </summary>
internal ref struct FormMessage
{
    // Real notifications carry about 25 parameters; the bound keeps a body of a thousand ampersands from costing anything.
    private const int MaxParameters = 128;

    private readonly byte[] bytes;
    private readonly Entry[] entries;
    private int count;

    private FormMessage(int byteCount)
    {
        bytes = ArrayPool<byte>.Shared.Rent(byteCount);
        entries = ArrayPool<Entry>.Shared.Rent(MaxParameters);
    }

    public readonly ReadOnlySpan<Entry> Entries => entries.AsSpan(0, count);

    /// <summary>Reads <paramref name="raw"/>. The problem is a sentence, or null when the message could be read.</summary>
    public static FormMessage Read(ReadOnlySpan<byte> raw, out string? problem)
    {
        var message = new FormMessage(raw.Length);
        problem = message.Fill(raw) ?? message.SortAndFindDuplicate();
        return message;
    }

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
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? [] : pair[(equals + 1)..];
            var nameStart = written;
            if (!PercentEncoding.TryDecode(name, bytes.AsSpan(), ref written))
            {
                return "A parameter's name is not percent-encoded correctly.";
            }

            var valueStart = written;
            if (!PercentEncoding.TryDecode(value, bytes.AsSpan(), ref written))
            {
                return "A parameter's value is not percent-encoded correctly.";
            }

            if (nameStart == valueStart)
            {
                return "A parameter has no name.";
            }

            entries[count++] = new Entry(nameStart, valueStart - nameStart, valueStart, written - valueStart);
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
                return $"The parameter {ForeignText.OneLine(Encoding.UTF8.GetString(Name(entry)), 64)} stands twice.";
            }

            used[at] = entry;
        }

        return null;
    }

    /// <summary>Where one parameter lies in the decoded bytes.</summary>
    internal readonly record struct Entry(int NameStart, int NameLength, int ValueStart, int ValueLength);
}
