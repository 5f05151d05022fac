using System.Buffers;

namespace Modular.Payments.Alipay.Wire;

/// <summary>What may be left out of the signed text, where Alipay's own SDKs disagree.</summary>
[Flags]
internal enum CanonicalOptions
{
    None = 0,
    SkipEmptyValues = 1,
    SkipCertificateSerial = 2,
}

/// <summary>
/// The bytes that Alipay signed: every parameter but <c>sign</c> and <c>sign_type</c>, sorted by name, <c>name=value</c>
/// joined with <c>&amp;</c>, values as they are after decoding. Pooled: dispose it.
/// </summary>
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

    public static CanonicalText Of(in FormMessage message, CanonicalOptions options)
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
            if (name.SequenceEqual("sign"u8) || name.SequenceEqual("sign_type"u8)
                || (entry.ValueLength == 0 && options.HasFlag(CanonicalOptions.SkipEmptyValues))
                || (options.HasFlag(CanonicalOptions.SkipCertificateSerial) && name.SequenceEqual("alipay_cert_sn"u8)))
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

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}
