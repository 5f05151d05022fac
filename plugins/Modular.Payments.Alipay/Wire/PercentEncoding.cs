namespace Modular.Payments.Alipay.Wire;

/// <summary>The percent-encoding of HTML forms: <c>+</c> is a space and every <c>%</c> is followed by two hex digits.</summary>
internal static class PercentEncoding
{
    /// <summary>Decodes once into <paramref name="target"/> from <paramref name="written"/> on. A broken sequence is false, never a literal percent sign.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, Span<byte> target, ref int written)
    {
        while (!encoded.IsEmpty)
        {
            var plain = encoded.IndexOfAny((byte)'%', (byte)'+');
            if (plain < 0)
            {
                plain = encoded.Length;
            }

            encoded[..plain].CopyTo(target[written..]);
            written += plain;
            encoded = encoded[plain..];
            if (encoded.IsEmpty)
            {
                break;
            }

            if (encoded[0] == (byte)'+')
            {
                target[written++] = (byte)' ';
                encoded = encoded[1..];
                continue;
            }

            if (encoded.Length < 3 || !char.IsAsciiHexDigit((char)encoded[1]) || !char.IsAsciiHexDigit((char)encoded[2]))
            {
                return false;
            }

            target[written++] = (byte)((Digit(encoded[1]) << 4) | Digit(encoded[2]));
            encoded = encoded[3..];
        }

        return true;
    }

    private static int Digit(byte hex) => hex <= (byte)'9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
