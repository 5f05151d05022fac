namespace Modular.Payments.Abstractions.Preflight;

/// <summary>How a check came out. Only <see cref="Fail"/> keeps an instance from going live.</summary>
public enum PreflightLevel
{
    /// <summary>It is as it must be.</summary>
    Pass,

    /// <summary>It works, or may work, and somebody should look at it.</summary>
    Warn,

    /// <summary>Payments cannot be taken, or cannot be confirmed, as it is.</summary>
    Fail,
}

/// <summary>One line of a preflight.</summary>
/// <param name="Level">How the check came out.</param>
/// <param name="What">What was checked, in a word or two: <c>own key</c>, <c>clock</c>.</param>
/// <param name="Sentence">One sentence: what was found. It holds no key, no secret and no signature.</param>
/// <param name="Remedy">What to do, as a sentence; empty when there is nothing to do.</param>
public sealed record PreflightLine(PreflightLevel Level, string What, string Sentence, string Remedy = "")
{
    /// <summary>A line that passes.</summary>
    public static PreflightLine Pass(string what, string sentence) => new(PreflightLevel.Pass, what, sentence);

    /// <summary>A line that warns.</summary>
    public static PreflightLine Warn(string what, string sentence, string remedy) => new(PreflightLevel.Warn, what, sentence, remedy);

    /// <summary>A line that fails.</summary>
    public static PreflightLine Fail(string what, string sentence, string remedy) => new(PreflightLevel.Fail, what, sentence, remedy);

    /// <summary>A line that fails with a message like those of <see cref="ProviderSettingsException"/>: what is wrong, a colon, what to do.</summary>
    public static PreflightLine Fail(string what, string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var colon = message.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0
            ? new PreflightLine(PreflightLevel.Fail, what, message)
            : new PreflightLine(PreflightLevel.Fail, what, message[..colon] + ".", char.ToUpperInvariant(message[colon + 2]) + message[(colon + 3)..]);
    }
}
