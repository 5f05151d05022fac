using System.Text;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>What <see cref="FieldDoctor"/> must know of a protocol whose messages are made of fields.</summary>
public sealed record FieldProtocol
{
    /// <summary>Whether the signature belongs to the text, by the instance's own key and algorithm. Both are <see cref="ByteText"/>.</summary>
    public required Func<string, string, bool> Verifies { get; init; }

    /// <summary>The ways to make the signed text that the plugin accepts, the usual one first.</summary>
    public required IReadOnlyList<SigningRule> Rules { get; init; }

    /// <summary>Whether the provider is known to send a field of this name.</summary>
    public required Predicate<string> Knows { get; init; }

    /// <summary>The names that the provider may send without a value.</summary>
    public required IReadOnlyList<string> MayBeEmpty { get; init; }

    /// <summary>What <c>sign_type</c> says in a right message.</summary>
    public required string SignType { get; init; }

    /// <summary>Whether a right message must have <c>sign_type</c>.</summary>
    public required bool NeedsSignType { get; init; }

    /// <summary>The charset that a message declares.</summary>
    public required Func<FieldMessage, Encoding> CharsetOf { get; init; }

    /// <summary>
    /// Whether the plugin reads a message of this shape at all; null when every shape will do. A fault is no explanation when
    /// undoing it leaves a message whose signed text may be cut into fields in another way.
    /// </summary>
    public Predicate<FieldMessage>? Reads { get; init; }
}

/// <summary>A message with one suspected fault undone.</summary>
/// <param name="Cause">The suspected cause.</param>
/// <param name="Message">The message as it would have been without the fault.</param>
/// <param name="When">The end of the sentence "The signature is right when …".</param>
/// <param name="Rule">Another rule than the protocol's, where the rule is the fault.</param>
public sealed record FieldSuspicion(string Cause, FieldMessage Message, string When, SigningRule? Rule = null);

/// <summary>A cause that the signature has proved.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="When">The end of the sentence "The signature is right when …".</param>
/// <param name="Canonical">The signed text with the fault undone, for people.</param>
public sealed record Proof(string Cause, string When, string Canonical);

/// <summary>Counts signature checks, and leaves out those that were made before.</summary>
public sealed class Trials(int max)
{
    private readonly HashSet<string> made = new(StringComparer.Ordinal);

    /// <summary>Whether no more may be made.</summary>
    public bool IsOver => made.Count >= max;

    /// <summary>Makes the check unless it was made before or there were too many.</summary>
    public bool Try(string text, string sign, Func<string, string, bool> verifies)
    {
        ArgumentNullException.ThrowIfNull(verifies);
        return !IsOver && made.Add($"{sign}\n{text}") && verifies(text, sign);
    }
}
