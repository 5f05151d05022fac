using System.Globalization;

namespace Modular.Payments.Abstractions.Preflight;

/// <summary>Collects the lines about one instance's settings. Not thread-safe; one per preflight.</summary>
public sealed class SettingChecks(DateTimeOffset now)
{
    /// <summary>A certificate that ends sooner is warned about: renewing one takes an operator, a console and sometimes days.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    private readonly List<PreflightLine> lines = [];

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<PreflightLine> Lines => lines;

    /// <summary>Adds a line.</summary>
    public void Add(PreflightLine line) => lines.Add(line);

    /// <summary>
    /// Reads a setting as the instance itself does: a line that passes with <paramref name="sentence"/>, none when that is null, or a
    /// line that fails with the reader's own message.
    /// </summary>
    /// <returns>What was read; null when it could not be. The caller owns it.</returns>
    public T? Read<T>(string what, Func<T> read, Func<T, string>? sentence = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            var value = read();
            if (sentence is not null)
            {
                lines.Add(PreflightLine.Pass(what, sentence(value)));
            }

            return value;
        }
        catch (ProviderSettingsException e)
        {
            lines.Add(PreflightLine.Fail(what, e.Message));
            return null;
        }
    }

    /// <summary>Whether a certificate that ends at <paramref name="until"/> has ended.</summary>
    public bool IsOver(DateTimeOffset until) => until < now;

    /// <summary>Says how long a certificate that is valid now lasts, and warns when that is less than 30 days.</summary>
    /// <param name="what">What was checked.</param>
    /// <param name="name">The setting.</param>
    /// <param name="until">When it ends.</param>
    /// <param name="remedy">What to do when that is soon, as a sentence.</param>
    public void Lasts(string what, string name, DateTimeOffset until, string remedy = "Have it renewed now, and put the new one here before that day.")
    {
        var left = until - now;
        var sentence = string.Create(CultureInfo.InvariantCulture, $"{name} is valid until {until.ToUniversalTime():yyyy-MM-dd}, {Math.Floor(left.TotalDays):0} days from now.");
        lines.Add(left < Soon
            ? PreflightLine.Warn(what, sentence, remedy)
            : PreflightLine.Pass(what, sentence));
    }
}
