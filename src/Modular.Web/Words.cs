using Microsoft.Extensions.Localization;

namespace Modular.Web;

/// <summary>A stable word and the vocabulary that it is from, so that a page can say it in its reader's language.</summary>
/// <param name="Kind">The vocabulary: <c>reason</c>, <c>scene</c>, <c>event</c>, …</param>
internal sealed record Term(string Kind, string Word);

internal static class Words
{
    /// <summary>The text of a stable word, and the word itself where it is somebody else's: providers have codes of their own.</summary>
    public static string Word(this IStringLocalizer texts, string kind, string? word) =>
        texts[$"{kind}.{word}"] is { ResourceNotFound: false } text ? text.Value : word ?? "";

    public static string Word(this IStringLocalizer texts, Term term) => texts.Word(term.Kind, term.Word);
}
