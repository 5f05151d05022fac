using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Statements.Tests;

/// <summary>The reader of the bills' CSV.</summary>
public sealed class CsvTests
{
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!;
    private static readonly StatementCsvFormat Plain = new() { Columns = ["a", "b"], NotePrefix = '#' };

    [Fact]
    public async Task A_bill_of_alipay_in_gbk_is_read_by_the_names_of_its_columns()
    {
        const string bill = "#账号：[2088]\r\n备注,商户订单号,订单金额（元）\r\n,P1\t,12.30\r\n好,P2\t ,-0.01\r\n#交易合计：1笔\r\n";
        var reader = Open(Gbk.GetBytes(bill), Gbk, new StatementCsvFormat { Columns = ["商户订单号", "订单金额(元)"], NotePrefix = '#' });

        Assert.True(await reader.ReadAsync(Token));
        Assert.Equal((StatementCsvPlace.Note, "#账号：[2088]"), (reader.Place, reader.Note));
        Assert.True(await reader.ReadAsync(Token));
        Assert.Equal((StatementCsvPlace.Row, 3, "P1", 1230), (reader.Place, reader.Line, reader.Required("商户订单号"), reader.Fen("订单金额(元)")));
        Assert.Null(reader.Text("备注"));
        Assert.Null(reader.Text("no such column"));
        Assert.True(await reader.ReadAsync(Token));
        Assert.Equal(("好", "P2", -1), (reader.Text("备注"), reader.Required("商户订单号"), reader.Fen("订单金额（元）")));
        Assert.True(await reader.ReadAsync(Token));
        Assert.Equal("#交易合计：1笔", reader.Note);
        Assert.False(await reader.ReadAsync(Token));
        Assert.Equal(2, reader.Rows);
    }

    [Fact]
    public async Task A_bill_of_wechat_has_ticks_commas_in_names_and_a_second_header_at_its_end()
    {
        const string bill = "\uFEFF交易时间,商户订单号,商品名称,手续费\n`2026-01-01 00:00:00,`P1,`6\" disc, red,`0.00600\n总交易单数,总额\n`1,`2.00\n";
        var reader = Open(Encoding.UTF8.GetBytes(bill), Gbk, new StatementCsvFormat { Columns = ["商户订单号", "商品名称"], FooterColumn = "总交易单数" });

        Assert.True(await reader.ReadAsync(Token));
        Assert.Equal(("P1", "6\" disc, red"), (reader.Required("商户订单号"), reader.Required("商品名称")));
        Assert.Throws<StatementException>(() => reader.Fen("手续费"));
        Assert.True(await reader.ReadAsync(Token));
        Assert.Equal((StatementCsvPlace.Note, "总交易单数", 2), (reader.Place, reader.Field(0).ToString(), reader.FieldCount));
        Assert.True(await reader.ReadAsync(Token));
        Assert.Equal(("1", "2.00"), (reader.Field(0).ToString(), reader.Field(1).ToString()));
        Assert.False(await reader.ReadAsync(Token));
    }

    [Fact]
    public void Whatever_is_written_by_the_rules_of_csv_is_read_as_it_was()
    {
        var text = Gen.OneOf(
            Gen.Char["ab,\"\n\r `'中文，\t1"].Array[0, 12].Select(chars => new string(chars)),
            Gen.Const("a\"\"b"));
        Gen.Select(text.Array[3].Array[1, 8], Gen.Bool, Gen.Bool, Gen.Int[1, 7]).Sample(
            (rows, gbk, crlf, step) =>
            {
                var end = crlf ? "\r\n" : "\n";
                var file = $"x,a,b{end}" + string.Concat(rows.Select(row => string.Join(',', row.Select(Quote)) + end));
                var encoding = gbk ? Gbk : Encoding.UTF8;
                var reader = new StatementCsvReader(new Drops(encoding.GetBytes(file), step), encoding, Plain);
                foreach (var row in rows)
                {
                    Assert.True(Advance(reader));
                    Assert.Equal(row.Select(Cleaned), Enumerable.Range(0, 3).Select(column => reader.Field(column).ToString()));
                }

                Assert.False(Advance(reader));
            },
            iter: 3000);
    }

    [Fact]
    public void Whatever_bytes_come_the_reader_ends_or_refuses()
    {
        Gen.Byte.Array[0, 300].Sample(
            bytes =>
            {
                byte[] file = [.. "a,b\n"u8, .. bytes];
                var reader = Open(file, Gbk, Plain);
                try
                {
                    while (Advance(reader))
                    {
                        _ = reader.Place == StatementCsvPlace.Row ? reader.Text("b") : reader.Note;
                    }
                }
                catch (StatementException e)
                {
                    Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
                }
            },
            iter: 5000);
    }

    [Theory]
    [InlineData("", "no header")]
    [InlineData("#only a note\n", "no header")]
    [InlineData("a,c\n1,2\n", "no column b")]
    [InlineData("a,b,b\n1,2,3\n", "column b twice")]
    [InlineData("a,b\n1\n", "Line 2 of the bill has 1 fields, the header has 2")]
    [InlineData("a,b\n1,2\n1,2,3\n", "Line 3 of the bill has 3 fields")]
    [InlineData("a,b\n\"1,2\n", "never closed")]
    [InlineData("a,b\n\"1\"x,2\n", "text behind a closing quotation mark")]
    [InlineData("a,b\n1,\0\n", "U+0000")]
    [InlineData("a,b\n1,12345678901\n", "characters")]
    [InlineData("a,b\n1,2,,,\n", "more than 4 fields")]
    [InlineData("a,b\n1,2\n1,2\n1,2\n1,2\n", "more than 3 rows")]
    [InlineData("a,b\n#\n#\n#\n", "more than 2 lines that are no rows")]
    [InlineData("a,b\n#123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890\n", "longer than 40 characters")]
    public async Task What_is_no_such_bill_is_refused_with_what_is_wrong(string file, string complaint)
    {
        var reader = Open(Encoding.UTF8.GetBytes(file), Encoding.UTF8, Plain with { MaxFieldChars = 10, MaxColumns = 4, MaxRows = 3, MaxNotes = 2, MaxRecordChars = 40 });
        var error = await Assert.ThrowsAsync<StatementException>(async () =>
        {
            while (await reader.ReadAsync(Token))
            {
            }
        });
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_the_encoding_does_not_have_are_refused()
    {
        foreach (var (bytes, encoding) in new (byte[], Encoding)[] { ([.. "a,b\n1"u8, 0x81, .. ",\n"u8], Gbk), ([.. "a,b\n1,"u8, 0x81], Gbk), ([.. "a,b\n1,"u8, 0xC3, 0x28, 0x0A], Encoding.UTF8) })
        {
            var reader = Open(bytes, encoding, Plain);
            var error = await Assert.ThrowsAsync<StatementException>(async () =>
            {
                while (await reader.ReadAsync(Token))
                {
                }
            });
            Assert.Contains("bytes that are no", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_million_rows_take_no_more_memory_than_one()
    {
        using var million = new Repeated("a,b\n"u8.ToArray(), "P123456789012345678901234567,12.34\n"u8.ToArray(), 1_000_000);
        var reader = new StatementCsvReader(million, Gbk, Plain);
        Assert.True(Advance(reader));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var sum = reader.Fen("b");
        while (Advance(reader))
        {
            sum += reader.Fen("b");
        }

        Assert.Equal((1_000_000, 1_234_000_000L), (reader.Rows, sum));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Properties are checked without waiting, and the streams of these tests never wait.
    private static bool Advance(StatementCsvReader reader) => reader.ReadAsync(Token).AsTask().GetAwaiter().GetResult();

    private static StatementCsvReader Open(byte[] bytes, Encoding encoding, StatementCsvFormat format) => new(new MemoryStream(bytes), encoding, format);

    private static string Quote(string value) => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Cleaned(string value) => value.Trim() is var text && text.StartsWith('`') ? text[1..] : value.Trim();

    /// <summary>Yields a few bytes at a time, so that characters and line ends fall apart between reads.</summary>
    private sealed class Drops(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }

    private sealed class Repeated(byte[] head, byte[] line, int times) : MemoryStream(head)
    {
        private int left = times * line.Length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = base.Read(buffer.Span);
            for (; count < buffer.Length && left > 0; left--)
            {
                buffer.Span[count++] = line[^(((left - 1) % line.Length) + 1)];
            }

            return ValueTask.FromResult(count);
        }
    }
}
