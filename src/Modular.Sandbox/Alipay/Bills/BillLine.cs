namespace Modular.Sandbox.Alipay.Bills;

/// <summary>One transaction of a bill; a refund's amount is negative.</summary>
internal sealed record BillLine(string TradeNo, string OutTradeNo, string? RequestNo, string Subject, DateTimeOffset CreatedAt, DateTimeOffset DoneAt, long Fen, long FeeFen)
{
    /// <summary>The lines of a seller's day at +08:00, in the order in which they happened.</summary>
    public static List<BillLine> Of(Ledger ledger, Merchants merchants, string sellerId, DateOnly day, decimal feeRate, BillFaults faults)
    {
        var lines = new List<BillLine>();
        foreach (var trade in ledger.All.Where(trade => merchants.Of(trade).SellerId == sellerId))
        {
            if (trade.PaidAt is { } paidAt && IsOn(day, paidAt))
            {
                lines.Add(Line(trade, null, paidAt, trade.PaidFen, feeRate));
            }

            lines.AddRange(trade.Refunds
                .Where(refund => !refund.IsPending && IsOn(day, refund.At))
                .Select(refund => Line(trade, refund.RequestNo, refund.At, -refund.Fen, feeRate)));
        }

        return [.. Spoil(lines, day, feeRate, faults).OrderBy(line => line.DoneAt)];
    }

    private static IEnumerable<BillLine> Spoil(List<BillLine> lines, DateOnly day, decimal feeRate, BillFaults faults)
    {
        foreach (var line in lines)
        {
            var number = line.RequestNo ?? line.OutTradeNo;
            if (!faults.Drop.Contains(number))
            {
                yield return Yuan.Parse(faults.Amounts.GetValueOrDefault(number)) is { } fen ? line with { Fen = line.RequestNo is null ? fen : -fen } : line;
            }
        }

        var noon = new DateTimeOffset(day.ToDateTime(new TimeOnly(12, 0)), TimeSpan.FromHours(8));
        foreach (var foreign in faults.Add)
        {
            var fen = Yuan.Parse(foreign.Amount) ?? throw new BadHttpRequestException("The amount of an added line is written like 0.02.");
            var signed = foreign.OutRequestNo is null ? fen : -fen;
            yield return new BillLine(Beijing.Compact(noon, "yyyyMMdd") + "22001400" + Digits.Random(12), foreign.OutTradeNo, foreign.OutRequestNo, "?", noon, noon, signed, Fee(signed, feeRate));
        }
    }

    private static BillLine Line(Trade trade, string? requestNo, DateTimeOffset at, long fen, decimal feeRate) =>
        new(trade.TradeNo, trade.OutTradeNo, requestNo, trade.Subject, trade.OpenedAt ?? trade.CreatedAt, at, fen, Fee(fen, feeRate));

    private static long Fee(long fen, decimal rate) => (long)Math.Round(fen * rate, MidpointRounding.AwayFromZero);

    private static bool IsOn(DateOnly day, DateTimeOffset at) => DateOnly.FromDateTime(Beijing.At(at).Date) == day;
}
