using System.Buffers;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// The bytes that Alipay signed: every parameter but <c>sign</c>, <c>sign_type</c> and those without a value, sorted by name,
/// <c>name=value</c> joined with <c>&amp;</c>, values as they are after decoding. Pooled: dispose it.
/// </summary>
/// <remarks>
/// Nothing else is left out, for what is left out is what anybody may change. The parameters of routers (<c>m</c>, <c>c</c>, <c>a</c>,
/// <c>s</c>) are not even read (<see cref="FormMessage"/>).
/// </remarks>
internal readonly ref struct CanonicalText
{
    private readonly byte[] buffer;
    private readonly int length;

    private CanonicalText(byte[] buffer, int length)
    {
        this.buffer = buffer;
        this.length = length;
    }

    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, length);

    public static CanonicalText Of(in FormMessage message, bool withEmptyValues = false)
    {
        var size = 0;
        foreach (ref readonly var entry in message.Entries)
        {
            size += entry.NameLength + entry.ValueLength + 2;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(size);
        var end = 0;
        foreach (ref readonly var entry in message.Entries)
        {
            var name = message.Name(entry);
            if (IsAboutTheSignature(name) || (entry.ValueLength == 0 && !withEmptyValues))
            {
                continue;
            }

            if (end > 0)
            {
                buffer[end++] = (byte)'&';
            }

            name.CopyTo(buffer.AsSpan(end));
            end += name.Length;
            buffer[end++] = (byte)'=';
            message.Value(entry).CopyTo(buffer.AsSpan(end));
            end += entry.ValueLength;
        }

        return new CanonicalText(buffer, end);
    }

    /// <summary>
    /// The first parameter that makes the signed text readable in two ways, or null: an ampersand and an equals sign after it, inside a
    /// value, look like the next parameter. Whoever sees a signed message could cut it anew, and its signature would stay right.
    /// </summary>
    public static ReadOnlySpan<byte> Ambiguous(in FormMessage message)
    {
        foreach (ref readonly var entry in message.Entries)
        {
            var value = message.Value(entry);
            var ampersand = value.IndexOf((byte)'&');
            if (ampersand >= 0 && value[ampersand..].Contains((byte)'=') && !IsAboutTheSignature(message.Name(entry)))
            {
                return message.Name(entry);
            }
        }

        return default;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

    private static bool IsAboutTheSignature(ReadOnlySpan<byte> name) => name.SequenceEqual("sign"u8) || name.SequenceEqual("sign_type"u8);
}
