namespace Modular.Payments.Abstractions.Statements;

/// <summary>What a bill's CSV must look like and how much of it is read.</summary>
public sealed record StatementCsvFormat
{
    /// <summary>
    /// The columns that must be there, by name, in whatever order the file has them. Columns beside them are allowed, because
    /// providers add some. Parentheses and colons of full width count as those of ASCII.
    /// </summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>A line that begins with this is a note and no row (Alipay's <c>#</c>); null when the file has none.</summary>
    public char? NotePrefix { get; init; }

    /// <summary>
    /// The name of a first column that begins the footer: WeChat Pay's bills end with a second header
    /// (<c>总交易单数</c>, …) and its values. From there on every line is a note. Null when the file has none.
    /// </summary>
    public string? FooterColumn { get; init; }

    /// <summary>The longest field, in characters.</summary>
    public int MaxFieldChars { get; init; } = 8 * 1024;

    /// <summary>The longest record, in characters.</summary>
    public int MaxRecordChars { get; init; } = 64 * 1024;

    /// <summary>The most columns.</summary>
    public int MaxColumns { get; init; } = 256;

    /// <summary>The most rows.</summary>
    public long MaxRows { get; init; } = 10_000_000;

    /// <summary>The most notes.</summary>
    public int MaxNotes { get; init; } = 100;
}
