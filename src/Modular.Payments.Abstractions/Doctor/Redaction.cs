using System.Text.RegularExpressions;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>
/// Takes the settings' secrets out of what a diagnosis shows, whatever path they may have come in by, shortens signatures, and keeps it short. The host
/// applies it to every diagnosis, so that a plugin's mistake shows nothing.
/// </summary>
public sealed partial class Redaction
{
    private const int MaxCanonical = 16 * 1024;
    private const int MaxSentence = 1000;

    // Shorter values are no secrets, and taking them out would hide half the text.
    private const int MinSecret = 6;
    private const string Hidden = "***";

    private readonly string[] secrets;

    /// <summary>Knows the secrets of these instances: keys, secrets and passwords, and each line of a key in PEM.</summary>
    public Redaction(params IEnumerable<ProviderSettings> instances) =>
        secrets =
        [
            .. instances
                .SelectMany(settings => settings.Names.Where(IsSecret).Select(name => settings.Optional(name)!))
                .SelectMany(value => value.Split('\n', StringSplitOptions.TrimEntries))
                .Where(line => line.Length >= MinSecret && !line.StartsWith("-----", StringComparison.Ordinal))
                .Distinct(StringComparer.Ordinal)
                .OrderByDescending(line => line.Length),
        ];

    /// <summary>The diagnosis without secrets.</summary>
    public Diagnosis Of(Diagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        return diagnosis with
        {
            Sentence = Shorten(Clean(diagnosis.Sentence), MaxSentence),
            Canonical = Shorten(Signature().Replace(Clean(diagnosis.Canonical), "$1…"), MaxCanonical),
            Key = Clean(diagnosis.Key),
        };
    }

    /// <summary>A sentence without secrets.</summary>
    public string Of(string sentence)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        return Shorten(Clean(sentence), MaxSentence);
    }

    // A signed text has none; a message that could not be read as fields is shown as it came.
    [GeneratedRegex(@"(\bsign(?:=|%3D|%253D|>(?:<!\[CDATA\[)?)[A-Za-z0-9+/%]{8})[A-Za-z0-9+/=%]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Signature();

    private static bool IsSecret(string name) =>
        (name.EndsWith("Key", StringComparison.OrdinalIgnoreCase) && !name.EndsWith("PublicKey", StringComparison.OrdinalIgnoreCase))
        || name.Contains("Secret", StringComparison.OrdinalIgnoreCase)
        || name.Contains("Password", StringComparison.OrdinalIgnoreCase);

    private static string Shorten(string text, int length) =>
        text.Length <= length ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1), "…");

    private string Clean(string text) => secrets.Aggregate(text, (current, secret) => current.Replace(secret, Hidden, StringComparison.Ordinal));
}
