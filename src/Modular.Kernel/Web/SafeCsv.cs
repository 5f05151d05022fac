using System.Text;

namespace Modular.Kernel.Web;

/// <summary>
/// Writes tables that people open in a spreadsheet. Cells come from providers and shoppers, and a spreadsheet runs what begins like a
/// formula, so such a cell is kept text by an apostrophe before it. The text is RFC 4180 in UTF-8 behind a byte order mark, without which
/// spreadsheets take Chinese for something else.
/// </summary>
public static class SafeCsv
{
    public const string ContentType = "text/csv; charset=utf-8";

    public static byte[] Write(IEnumerable<IReadOnlyList<string?>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var text = new StringBuilder("\uFEFF");
        foreach (var row in rows)
        {
            text.AppendJoin(',', row.Select(Cell)).Append("\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>One cell, quoted where it must be.</summary>
    public static string Cell(string? value) => value switch
    {
        null or "" => "",
        ['=' or '+' or '-' or '@' or '\t' or '\r', ..] => Quote("'" + value),
        _ when value.AsSpan().ContainsAny(",\"\r\n") => Quote(value),
        _ => value,
    };

    private static string Quote(string value) => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
