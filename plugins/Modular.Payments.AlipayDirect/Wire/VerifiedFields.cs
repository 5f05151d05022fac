using System.Text;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// The parameters of a message whose signature was right, as text. A value that is not valid in the message's charset, holds U+0000 or
/// is absurdly long makes the message unreadable: a database may choke on it long after.
/// </summary>
internal ref struct VerifiedFields(FormMessage message, Charset charset)
{
    private const int MaxBytes = 512;
    private readonly FormMessage message = message;

    /// <summary>The first parameter that could not be read, for the refusal's sentence.</summary>
    public string? Unreadable { get; private set; }

    /// <summary>The value, or null when the parameter is absent, empty or unreadable.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="maxBytes">From how many bytes on the value counts as absurdly long.</param>
    public string? Text(ReadOnlySpan<byte> name, int maxBytes = MaxBytes)
    {
        if (!message.TryGet(name, out var value) || value.IsEmpty)
        {
            return null;
        }

        if (value.Length <= maxBytes && !value.Contains((byte)0))
        {
            try
            {
                return charset.Encoding.GetString(value);
            }
            catch (DecoderFallbackException)
            {
                // Reported below, like the other ways of being unreadable.
            }
        }

        Unreadable ??= Encoding.ASCII.GetString(name);
        return null;
    }

    public readonly bool Has(ReadOnlySpan<byte> name) => message.TryGet(name, out _);

    public readonly bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) =>
        message.TryGet(name, out var value) && value.SequenceEqual(expected);
}
