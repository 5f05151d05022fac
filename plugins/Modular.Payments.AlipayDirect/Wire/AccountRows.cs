using System.Globalization;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// Makes lines of a bill from the rows of the account's log. A fee (<c>收费</c>) is a row of its own with the payment's <c>trade_no</c>, on either
/// side of it; it is joined with the payment while that is among the rows of the present and the previous page, so that no more than two pages are held. A fee
/// whose payment is further away belongs to another day's bill and is left out, as is what is neither payment nor refund: transfers,
/// charges of the account, withdrawals. Made for one bill.
/// </summary>
internal sealed class AccountRows(DateOnly day)
{
    private readonly DateTimeOffset start = BeijingTime.Start(day);
    private readonly DateTimeOffset end = BeijingTime.Start(day.AddDays(1));
    private Batch previous = new();
    private long read;

    /// <summary>Takes a page; gives out the lines that no further page can change.</summary>
    public IReadOnlyList<StatementLine> Take(AccountPage page)
    {
        var present = new Batch();
        foreach (var row in page.Rows)
        {
            read++;
            Read(row, present);
        }

        Join(present, present);
        Join(present, previous);
        Join(previous, present);
        var done = previous.Lines;
        previous = present;
        return done;
    }

    /// <summary>The lines that are left.</summary>
    public IReadOnlyList<StatementLine> Finish() => previous.Lines;

    private void Read(IReadOnlyDictionary<string, string> row, Batch batch)
    {
        var kind = $"{row.GetValueOrDefault("trans_code_msg")} {row.GetValueOrDefault("sub_trans_code_msg")}";
        var tradeNo = Text(row, "trade_no");
        var (income, outcome) = (Fen(row, "income"), Fen(row, "outcome"));
        if (kind.Contains("收费", StringComparison.Ordinal) || kind.Contains("退费", StringComparison.Ordinal))
        {
            if (tradeNo is not null)
            {
                batch.Fees.Add((tradeNo, outcome - income));
            }

            return;
        }

        var isRefund = outcome > 0 && (kind.Contains("退款", StringComparison.Ordinal) || kind.Contains("在线支付", StringComparison.Ordinal));
        var isPayment = income > 0 && !isRefund && (kind.Contains("支付", StringComparison.Ordinal) || kind.Contains("付款", StringComparison.Ordinal));
        if (tradeNo is null || (!isRefund && !isPayment))
        {
            return;
        }

        var at = BeijingTime.Read(row.GetValueOrDefault("trans_date")) ?? throw Wrong("trans_date", "holds no time");
        if (at < start || at >= end)
        {
            throw Wrong("trans_date", $"is of another day than {day:yyyy-MM-dd}");
        }

        batch.Add(isRefund ? Refund(row, tradeNo, outcome, at) : Payment(row, tradeNo, income, at));
    }

    private static StatementLine Payment(IReadOnlyDictionary<string, string> row, string tradeNo, long fen, DateTimeOffset at) => new()
    {
        Kind = StatementLineKind.Payment,
        PaymentNo = Text(row, "merchant_out_order_no") ?? tradeNo,
        ProviderTradeNo = tradeNo,
        Amount = Money.Cny(fen),
        At = at,
        ProviderState = Text(row, "trans_code_msg"),
    };

    // The log has no batch numbers: the remark repeats the reason, and the reason ends with our number.
    private StatementLine Refund(IReadOnlyDictionary<string, string> row, string tradeNo, long fen, DateTimeOffset at) => new()
    {
        Kind = StatementLineKind.Refund,
        PaymentNo = Text(row, "merchant_out_order_no") ?? tradeNo,
        ProviderTradeNo = tradeNo,
        RefundNo = RefundFields.RefundNoIn(row.GetValueOrDefault("memo")),
        ProviderRefundNo = Text(row, "iw_account_log_id") ?? string.Create(CultureInfo.InvariantCulture, $"{tradeNo[..Math.Min(tradeNo.Length, 40)]}-{read}"),
        Amount = Money.Cny(fen),
        At = at,
        ProviderState = Text(row, "sub_trans_code_msg") ?? Text(row, "trans_code_msg"),
    };

    private long Fen(IReadOnlyDictionary<string, string> row, string name) =>
        row.GetValueOrDefault(name)?.Trim() is not { Length: > 0 } text ? 0
        : StatementAmount.TryReadYuan(text, out var fen) && fen >= 0 ? fen
        : throw Wrong(name, "holds no amount in yuan");

    private static string? Text(IReadOnlyDictionary<string, string> row, string name) =>
        row.GetValueOrDefault(name)?.Trim() is { Length: >= 1 and <= 64 } text ? text : null;

    private StatementException Wrong(string name, string what) => new($"The field {name} {what} in row {read} of the account's log.");

    private static void Join(Batch fees, Batch lines)
    {
        fees.Fees.RemoveAll(fee => lines.Charge(fee.TradeNo, fee.Fen));
    }

    /// <summary>What one page held.</summary>
    private sealed class Batch
    {
        private readonly Dictionary<(string TradeNo, StatementLineKind Kind), int> places = [];

        public List<StatementLine> Lines { get; } = [];

        public List<(string TradeNo, long Fen)> Fees { get; } = [];

        public void Add(StatementLine line)
        {
            places.TryAdd((line.ProviderTradeNo!, line.Kind), Lines.Count);
            Lines.Add(line);
        }

        /// <summary>A fee belongs to the payment, one that comes back to the refund, where there is one.</summary>
        public bool Charge(string tradeNo, long fen)
        {
            if ((fen < 0 && places.TryGetValue((tradeNo, StatementLineKind.Refund), out var place)) || places.TryGetValue((tradeNo, StatementLineKind.Payment), out place))
            {
                Lines[place] = Lines[place] with { FeeMinor = Lines[place].FeeMinor + fen };
                return true;
            }

            return false;
        }
    }
}
