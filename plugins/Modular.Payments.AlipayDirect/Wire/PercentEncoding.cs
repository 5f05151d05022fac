using System.Buffers;
using System.Text;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>The percent-encoding of HTML forms, over bytes: which charset they are in is not its business.</summary>
internal static class PercentEncoding
{
    private const string Digits = "0123456789ABCDEF";
    private static readonly SearchValues<byte> Plain = SearchValues.Create("-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Writes <paramref name="value"/>. A space becomes <c>%20</c>, which every decoder reads alike.</summary>
    public static void Append(StringBuilder text, ReadOnlySpan<byte> value)
    {
        foreach (var b in value)
        {
            if (Plain.Contains(b))
            {
                text.Append((char)b);
            }
            else
            {
                text.Append('%').Append(Digits[b >> 4]).Append(Digits[b & 15]);
            }
        }
    }

    /// <summary>
    /// Decodes once into <paramref name="target"/> from <paramref name="written"/> on; <c>+</c> is a space. A percent sign without two
    /// hex digits is false, never a literal percent sign.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, Span<byte> target, ref int written)
    {
        while (!encoded.IsEmpty)
        {
            if (encoded[0] == (byte)'%')
            {
                if (encoded.Length < 3 || !char.IsAsciiHexDigit((char)encoded[1]) || !char.IsAsciiHexDigit((char)encoded[2]))
                {
                    return false;
                }

                target[written++] = (byte)((Digit(encoded[1]) << 4) | Digit(encoded[2]));
                encoded = encoded[3..];
            }
            else if (encoded[0] == (byte)'+')
            {
                target[written++] = (byte)' ';
                encoded = encoded[1..];
            }
            else
            {
                var special = encoded.IndexOfAny((byte)'%', (byte)'+');
                var plain = special < 0 ? encoded : encoded[..special];
                plain.CopyTo(target[written..]);
                written += plain.Length;
                encoded = encoded[plain.Length..];
            }
        }

        return true;
    }

    private static int Digit(byte hex) => hex <= (byte)'9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
