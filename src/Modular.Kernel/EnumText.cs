using System.Text.Json;

namespace Modular.Kernel;

/// <summary>
/// The one spelling of an enum value in the database and in JSON: lower case with underscores (<c>partially_refunded</c>).
/// Thread-safe.
/// </summary>
public static class EnumText<T>
    where T : struct, Enum
{
    private static readonly Dictionary<T, string> Texts =
        Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

    private static readonly Dictionary<string, T> Values = Texts.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    public static string Of(T value) => Texts[value];

    /// <exception cref="FormatException">The text is no value of the enum.</exception>
    public static T Parse(string text) =>
        Values.TryGetValue(text, out var value) ? value : throw new FormatException($"'{text}' is no {typeof(T).Name}.");

    public static bool TryParse(string? text, out T value)
    {
        value = default;
        return text is not null && Values.TryGetValue(text, out value);
    }
}

/// <summary>Shorthand for <see cref="EnumText{T}"/>.</summary>
public static class EnumTextExtensions
{
    public static string ToText<T>(this T value)
        where T : struct, Enum => EnumText<T>.Of(value);
}
