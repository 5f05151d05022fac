using System.Globalization;
using System.Runtime.CompilerServices;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// Reads 业务明细, the lines of a trade bill: GBK, columns by name, account and day in notes before the lines, count and sum in
/// notes behind them. Alipay signs no bill, so that account, day and totals fit is all that speaks for one.
/// </summary>
internal static class BillLines
{
    private const string TradeNo = "支付宝交易号";
    private const string PaymentNo = "商户订单号";
    private const string Kind = "业务类型";
    private const string Done = "完成时间";
    private const string Amount = "订单金额（元）";
    private const string Received = "商家实收（元）";
    private const string RequestNo = "退款批次号/请求号";
    private const string Fee = "服务费（元）";

    private static readonly StatementCsvFormat Format = new()
    {
        Columns = [TradeNo, PaymentNo, Kind, Done, Amount, Received, RequestNo, Fee],
        NotePrefix = '#',
    };

    /// <summary>Reads and disposes the spool; may be enumerated once.</summary>
    public static async IAsyncEnumerable<StatementLine> ReadAsync(
        BillSpool spool, DateOnly day, string sellerId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using (spool)
        {
            await using var entry = Open(spool);
            var reader = new StatementCsvReader(entry, Charsets.Bill, Format);
            var check = new BillCheck(day, sellerId);
            while (await AdvanceAsync(reader, cancellationToken))
            {
                if (reader.Place == StatementCsvPlace.Note)
                {
                    check.Note(reader.Note);
                    continue;
                }

                var kind = KindOf(reader);
                var amount = Signed(reader, Amount, kind);
                check.Count(kind, Signed(reader, Received, kind));
                yield return Line(reader, kind, Math.Abs(amount));
            }

            check.Finish();
        }
    }

    private static BoundedReadStream Open(BillSpool spool)
    {
        try
        {
            return spool.Open("_业务明细.csv");
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or IOException)
        {
            throw Broken(e);
        }
    }

    private static async ValueTask<bool> AdvanceAsync(StatementCsvReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Broken(e);
        }
    }

    private static StatementLine Line(StatementCsvReader reader, StatementLineKind kind, long fen) => new()
    {
        Kind = kind,
        // Trades of other tills of the account may have no number of the merchant's.
        PaymentNo = reader.Text(PaymentNo) ?? reader.Required(TradeNo),
        ProviderTradeNo = reader.Text(TradeNo),
        RefundNo = kind == StatementLineKind.Refund ? reader.Text(RequestNo) : null,
        Amount = Money.Cny(fen),

        // The bill writes what the merchant gets: a fee is negative there.
        FeeMinor = reader.Value(Fee).IsEmpty ? 0 : -reader.Fen(Fee),
        At = BeijingTime.Read(reader.Text(Done)) ?? throw reader.Wrong(Done, "holds no time"),
        ProviderState = reader.Text(Kind),
    };

    private static StatementLineKind KindOf(StatementCsvReader reader) => reader.Value(Kind) switch
    {
        "交易" => StatementLineKind.Payment,
        "退款" => StatementLineKind.Refund,
        _ => throw reader.Wrong(Kind, "is neither 交易 nor 退款"),
    };

    private static long Signed(StatementCsvReader reader, string column, StatementLineKind kind)
    {
        var fen = reader.Fen(column);
        return (kind == StatementLineKind.Payment ? fen < 0 : fen > 0) ? throw reader.Wrong(column, "has the wrong sign") : fen;
    }

    private static StatementException Broken(Exception cause) =>
        new($"The bill's ZIP file cannot be unpacked ({cause.GetType().Name}).", cause);

    /// <summary>What the notes around the lines say, against what was asked for and what was read.</summary>
    private sealed class BillCheck(DateOnly day, string sellerId)
    {
        private readonly (long Count, long Fen)[] read = new (long, long)[2];
        private readonly (long Count, long Fen)?[] said = new (long, long)?[2];
        private bool namesAccount;
        private bool namesDay;

        public void Count(StatementLineKind kind, long fen)
        {
            ref var total = ref read[(int)kind];
            total = (total.Count + 1, total.Fen + fen);
        }

        public void Note(string note)
        {
            if (After(note, "#账号：[") is { } account)
            {
                namesAccount = account.StartsWith(sellerId, StringComparison.Ordinal) ? true : throw new StatementException("The bill is another account's than SellerId.");
            }

            if (After(note, "#起始日期：[") is { } start)
            {
                namesDay = start.StartsWith(day.ToString("yyyy年MM月dd日", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                    ? true
                    : throw new StatementException($"The bill is another day's than {day:yyyy-MM-dd}.");
            }

            Total(note, "#交易合计：", "商家实收共", StatementLineKind.Payment);
            Total(note, "#退款合计：", "商家实收退款共", StatementLineKind.Refund);
        }

        public void Finish()
        {
            if (!namesAccount || !namesDay)
            {
                throw new StatementException("The bill does not say whose it is and of which day.");
            }

            foreach (var kind in Enum.GetValues<StatementLineKind>())
            {
                if (said[(int)kind] is not { } total)
                {
                    throw new StatementException($"The bill ends without the totals of its {kind.ToString().ToLowerInvariant()}s, so it is cut off.");
                }

                if (total != read[(int)kind])
                {
                    throw new StatementException($"The bill says that it has {total.Count} {kind.ToString().ToLowerInvariant()}s of {total.Fen} fen, and its lines are {read[(int)kind].Count} of {read[(int)kind].Fen} fen.");
                }
            }
        }

        private void Total(string note, string beginning, string sum, StatementLineKind kind)
        {
            if (After(note, beginning) is not { } text)
            {
                return;
            }

            var amount = After(text, sum, anywhere: true);
            if (said[(int)kind] is not null
                || !long.TryParse(Before(text, '笔'), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || !StatementAmount.TryReadYuan(Before(amount ?? "", '元'), out var fen))
            {
                throw new StatementException("The bill's totals cannot be read, or stand there twice.");
            }

            said[(int)kind] = (count, fen);
        }

        private static string? After(string text, string beginning, bool anywhere = false) =>
            text.IndexOf(beginning, StringComparison.Ordinal) is var at and >= 0 && (anywhere || at == 0) ? text[(at + beginning.Length)..] : null;

        private static string Before(string text, char end) => text.IndexOf(end, StringComparison.Ordinal) is var at and >= 0 ? text[..at].Trim() : "";
    }
}
