using System.Text;

namespace Modular.Payments.Abstractions.Statements;

/// <summary>What <see cref="StatementCsvReader"/> stands on.</summary>
public enum StatementCsvPlace
{
    /// <summary>Before the first line, or behind the last.</summary>
    Outside,

    /// <summary>A row below the header; its fields are read by the columns' names.</summary>
    Row,

    /// <summary>A line that is no row: it begins with the format's prefix, or belongs to the footer.</summary>
    Note,
}

/// <summary>
/// Reads the CSV of a bill forward, row by row, by the names in its header. It takes what bills contain: either line end, a
/// byte order mark, quoted fields, a back-tick before each value (WeChat Pay, so that spreadsheets keep long numbers), a TAB
/// after it (Alipay, for the same reason), notes and footers. A record that begins with a back-tick is cut at <c>,`</c>, so
/// that a comma in the name of a good does not shift the columns.
/// <para>
/// Everything is bounded by the <see cref="StatementCsvFormat"/> and only one record is held, so the memory does not grow with the
/// file. What is not as it should be is a <see cref="StatementException"/> that names the line and never quotes it. Values are
/// valid until the next read. Not thread-safe. The stream is the caller's to dispose.
/// </para>
/// </summary>
public sealed class StatementCsvReader
{
    /// <summary>Where the search for a record's end stands with quotation marks.</summary>
    private enum Mark
    {
        None,
        FieldStart,
        Inside,
        Closing,
    }

    private readonly Stream stream;
    private readonly StatementCsvFormat format;
    private readonly string encodingName;
    private readonly byte[] bytes = new byte[16 * 1024];
    private readonly List<Range> fields = [];
    private readonly Dictionary<string, int> columns = new(StringComparer.Ordinal);
    private Decoder decoder;
    private char[] chars;
    private char[] record = new char[1024];
    private int recordLength;
    private int position;
    private int available;
    private bool hasBegun;
    private bool isExhausted;
    private bool isInFooter;
    private int width = -1;
    private int notes;
    private long linesRead;

    /// <summary>Reads <paramref name="stream"/> as <paramref name="encoding"/>; UTF-8 when it begins with UTF-8's byte order mark. Bytes that the encoding does not have are an error.</summary>
    public StatementCsvReader(Stream stream, Encoding encoding, StatementCsvFormat format)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(encoding);
        ArgumentNullException.ThrowIfNull(format);
        this.stream = stream;
        this.format = format;
        encodingName = encoding.WebName;
        decoder = Strict(encoding);
        chars = new char[encoding.GetMaxCharCount(bytes.Length)];
    }

    /// <summary>What the reader stands on.</summary>
    public StatementCsvPlace Place { get; private set; }

    /// <summary>The line where the present record begins, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>How many rows have been read.</summary>
    public long Rows { get; private set; }

    /// <summary>How many fields the present record has; a note with the prefix has none, a line of the footer has them.</summary>
    public int FieldCount => fields.Count;

    /// <summary>The whole text of the present note, without the white space around it.</summary>
    public string Note => Place == StatementCsvPlace.Note ? record.AsSpan(0, recordLength).Trim().ToString() : "";

    /// <summary>A field by its place, cleaned of back-tick, TAB and surrounding spaces.</summary>
    public ReadOnlySpan<char> Field(int index) => record.AsSpan(fields[index]);

    /// <summary>The value in a column that must be there; empty when the field is.</summary>
    /// <exception cref="StatementException">The file has no such column.</exception>
    public ReadOnlySpan<char> Value(string column) =>
        columns.TryGetValue(Name(column), out var index) ? Field(index) : throw Missing(column);

    /// <summary>The value in a column that may be missing; null when the column is, or its field is empty.</summary>
    public string? Text(string column) =>
        columns.TryGetValue(Name(column), out var index) && Field(index) is { IsEmpty: false } value ? value.ToString() : null;

    /// <summary>The value in a column that must be there and must not be empty.</summary>
    public string Required(string column) =>
        Value(column) is { IsEmpty: false } value ? value.ToString() : throw Wrong(column, "is empty");

    /// <summary>The amount in a column, yuan in the file, in fen, with its sign.</summary>
    public long Fen(string column) =>
        StatementAmount.TryReadYuan(Value(column), out var fen) ? fen : throw Wrong(column, "holds no amount in yuan");

    /// <summary>The error that a value of the present row deserves. <paramref name="what"/> ends the sentence "The column … ".</summary>
    public StatementException Wrong(string column, string what) => new($"The column {column} {what} in line {Line} of the bill.");

    /// <summary>Moves to the next row or note; false at the end. Empty lines are skipped.</summary>
    /// <exception cref="StatementException">The file is not what it should be.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (await ReadRecordAsync(cancellationToken).ConfigureAwait(false))
        {
            var text = record.AsSpan(0, recordLength).Trim();
            if (text.IsEmpty)
            {
                continue;
            }

            if (format.NotePrefix is { } prefix && text[0] == prefix)
            {
                fields.Clear();
                return TakeNote();
            }

            if (isInFooter)
            {
                Cut(mayUnquote: false);
                return TakeNote();
            }

            Cut(mayUnquote: text[0] != '`');
            if (width < 0)
            {
                TakeHeader();
                continue;
            }

            if (format.FooterColumn is { } footer && Field(0).SequenceEqual(footer))
            {
                isInFooter = true;
                return TakeNote();
            }

            TakeRow();
            return true;
        }

        Place = StatementCsvPlace.Outside;
        return width >= 0 ? false : throw new StatementException("The bill has no header line, so it is empty or no bill.");
    }

    private bool TakeNote()
    {
        Place = StatementCsvPlace.Note;
        if (++notes > format.MaxNotes)
        {
            throw new StatementException($"The bill has more than {format.MaxNotes} lines that are no rows.");
        }

        return true;
    }

    private void TakeHeader()
    {
        width = fields.Count;
        for (var index = 0; index < width; index++)
        {
            // A column that nobody asks for may stand twice; one that is asked for may not, because either could be meant.
            var name = Name(Field(index).ToString());
            if (!columns.TryAdd(name, index) && format.Columns.Any(column => Name(column) == name))
            {
                throw new StatementException($"The bill has the column {name} twice.");
            }
        }

        if (format.Columns.FirstOrDefault(column => !columns.ContainsKey(Name(column))) is { } missing)
        {
            throw Missing(missing);
        }
    }

    private void TakeRow()
    {
        Place = StatementCsvPlace.Row;
        if (++Rows > format.MaxRows)
        {
            throw new StatementException($"The bill has more than {format.MaxRows} rows.");
        }

        // One comma more at the end of a row is common and harmless; one less, or a further value, means that columns moved.
        var isWiderByNothing = fields.Count > width && fields[width..].TrueForAll(field => field.Start.Value == field.End.Value);
        if (fields.Count != width && !isWiderByNothing)
        {
            throw new StatementException($"Line {Line} of the bill has {fields.Count} fields, the header has {width}.");
        }
    }

    /// <summary>Finds the fields of the record; quoted ones are unescaped in place, which only ever shortens them.</summary>
    private void Cut(bool mayUnquote)
    {
        fields.Clear();
        var text = record.AsSpan(0, recordLength);
        var hasTicks = text[0] == '`';
        var start = 0;
        while (start <= recordLength)
        {
            int end, next;
            var first = start + text[start..].IndexOfAnyExcept(' ');
            if (mayUnquote && first >= start && text[first] == '"')
            {
                (start, end, next) = Unquote(first);
            }
            else
            {
                var cut = hasTicks ? text[start..].IndexOf(",`") : text[start..].IndexOf(',');
                end = cut < 0 ? recordLength : start + cut;
                next = end + 1;
            }

            if (fields.Count == format.MaxColumns || end - start > format.MaxFieldChars)
            {
                throw new StatementException($"Line {Line} of the bill has more than {format.MaxColumns} fields, or one of more than {format.MaxFieldChars} characters.");
            }

            fields.Add(Clean(start, end));
            start = next;
        }
    }

    private (int Start, int End, int Next) Unquote(int quote)
    {
        var to = quote;
        for (var from = quote + 1; from < recordLength; from++)
        {
            if (record[from] != '"')
            {
                record[to++] = record[from];
                continue;
            }

            if (from + 1 < recordLength && record[from + 1] == '"')
            {
                record[to++] = record[++from];
                continue;
            }

            var rest = record.AsSpan((from + 1)..recordLength);
            var comma = rest.IndexOf(',');
            var behind = comma < 0 ? rest : rest[..comma];
            return behind.Trim().IsEmpty
                ? (quote, to, comma < 0 ? recordLength + 1 : from + 2 + comma)
                : throw new StatementException($"Line {Line} of the bill has text behind a closing quotation mark.");
        }

        throw new StatementException($"Line {Line} of the bill has a quotation mark that is never closed.");
    }

    private Range Clean(int start, int end)
    {
        while (end > start && char.IsWhiteSpace(record[end - 1]))
        {
            end--;
        }

        while (start < end && char.IsWhiteSpace(record[start]))
        {
            start++;
        }

        return start < end && record[start] == '`' ? (start + 1)..end : start..end;
    }

    /// <summary>Reads up to the end of a line that is not inside quotation marks.</summary>
    private async ValueTask<bool> ReadRecordAsync(CancellationToken cancellationToken)
    {
        recordLength = 0;
        Line = linesRead + 1;
        var mark = Mark.FieldStart;
        var mayQuote = true;
        while (true)
        {
            if (position == available && !await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return recordLength > 0;
            }

            while (position < available)
            {
                var c = chars[position++];
                if (c == '\n')
                {
                    linesRead++;
                    if (mark != Mark.Inside)
                    {
                        recordLength -= recordLength > 0 && record[recordLength - 1] == '\r' ? 1 : 0;
                        return true;
                    }
                }

                if (recordLength == 0)
                {
                    // Notes and footers are prose and back-ticked records have no quoting: a lone mark in them opens nothing.
                    mayQuote = c != '`' && c != format.NotePrefix && !isInFooter;
                }

                mark = mayQuote ? Next(mark, c) : Mark.None;
                Append(c);
            }
        }
    }

    private static Mark Next(Mark mark, char c) => (mark, c) switch
    {
        (Mark.FieldStart, '"') or (Mark.Closing, '"') => Mark.Inside,
        (Mark.Inside, '"') => Mark.Closing,
        (Mark.Inside, _) => Mark.Inside,
        (_, ',') or (Mark.FieldStart, ' ') => Mark.FieldStart,
        _ => Mark.None,
    };

    private void Append(char c)
    {
        if (c == '\0')
        {
            throw new StatementException($"Line {Line} of the bill holds U+0000.");
        }

        if (recordLength >= format.MaxRecordChars)
        {
            throw new StatementException($"Line {Line} of the bill is longer than {format.MaxRecordChars} characters.");
        }

        if (recordLength == record.Length)
        {
            Array.Resize(ref record, recordLength * 2);
        }

        record[recordLength++] = c;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        while (!isExhausted)
        {
            var read = hasBegun
                ? await stream.ReadAsync(bytes, cancellationToken).ConfigureAwait(false)
                : await stream.ReadAtLeastAsync(bytes, 3, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var start = hasBegun ? 0 : SkipMark(read);
            hasBegun = true;
            isExhausted = read == 0;
            position = 0;
            available = Decode(bytes.AsSpan(start..read));
            if (available > 0)
            {
                return true;
            }
        }

        return false;
    }

    private int SkipMark(int read)
    {
        if (read < 3 || !bytes.AsSpan(0, 3).SequenceEqual(Encoding.UTF8.Preamble))
        {
            return 0;
        }

        decoder = Strict(Encoding.UTF8);
        chars = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        return 3;
    }

    private int Decode(ReadOnlySpan<byte> read)
    {
        try
        {
            return decoder.GetChars(read, chars, flush: isExhausted);
        }
        catch (DecoderFallbackException)
        {
            throw new StatementException($"The bill holds bytes that are no {encodingName}, behind line {linesRead}.");
        }
    }

    // Decoders of code pages ignore a fallback that they are given later, and swallow the comma behind a broken character.
    private static Decoder Strict(Encoding encoding)
    {
        var strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        return strict.GetDecoder();
    }

    private static string Name(string column) => column.Replace('（', '(').Replace('）', ')').Replace('：', ':');

    private static StatementException Missing(string column) => new($"The bill has no column {column}.");
}
