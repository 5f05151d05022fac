using System.Buffers;
using System.Security.Cryptography;

namespace Modular.Kernel;

/// <summary>
/// Makes the public numbers of orders and payments: 26 capital letters and digits, of which the first ten are the time in
/// milliseconds (so that an index grows at its end) and the last sixteen are 80 random bits (so that nobody can guess
/// one). The order of two numbers made in one millisecond means nothing. Thread-safe.
/// </summary>
public static class Numbers
{
    /// <summary>The length of every number.</summary>
    public const int Length = 26;

    // Crockford's alphabet: without I, L, O and U, so that a number read over the telephone stays itself.
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static readonly SearchValues<char> AlphabetSet = SearchValues.Create(Alphabet);

    /// <summary>A new number.</summary>
    public static string Next(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return string.Create(Length, time.GetUtcNow().ToUnixTimeMilliseconds(), static (characters, milliseconds) =>
        {
            for (var place = 9; place >= 0; place--)
            {
                characters[place] = Alphabet[(int)(milliseconds & 31)];
                milliseconds >>= 5;
            }

            Span<byte> random = stackalloc byte[16];
            RandomNumberGenerator.Fill(random);
            for (var place = 0; place < random.Length; place++)
            {
                characters[10 + place] = Alphabet[random[place] & 31];
            }
        });
    }

    /// <summary>Whether <paramref name="text"/> can be a number of ours at all; what is not need not be looked up.</summary>
    public static bool IsWellFormed(string? text) =>
        text is { Length: Length } && text.AsSpan().IndexOfAnyExcept(AlphabetSet) < 0;
}
