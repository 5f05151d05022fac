using System.Globalization;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.WeChat.Bills;

/// <summary>Which lines of a bill are asked for; by the names that both APIs use.</summary>
internal static class BillType
{
    public const string All = "ALL";
    public const string Success = "SUCCESS";
    public const string Refund = "REFUND";
}

/// <summary>
/// The trade bill of a merchant number for one day in Beijing, with the trades of both APIs. It is made anew whenever it is asked
/// for, so that a refund of the day may be further on the second time; the real one is made once.
/// </summary>
internal sealed class TradeBills(IOptions<SandboxOptions> options, WeChatBook book, FaultBoard faults, TimeProvider time)
{
    private const int OldestMonths = 3;
    private const string DayFormat = "yyyy-MM-dd";

    private readonly BillOptions settings = options.Value.WeChat.Bills;
    private readonly TimeSpan madeAfter = Durations.Parse(options.Value.WeChat.Bills.MadeAfter);

    private WeChatBillFaults Faults => faults.Sheet.WeChatBill ?? new WeChatBillFaults();

    /// <param name="type">One of <see cref="BillType"/>.</param>
    /// <exception cref="WeChatRefusal">There is no such bill, or not yet.</exception>
    public byte[] Of(WeChatMerchant merchant, DateOnly day, string type)
    {
        var start = Beijing.Read(day.ToString(DayFormat, CultureInfo.InvariantCulture), DayFormat)!.Value;
        CheckDay(start);
        var lines = book.Locked(ledger => Lines(ledger, merchant, start)).Where(line => type switch
        {
            BillType.Success => line.Refund is null,
            BillType.Refund => line.Refund is not null,
            _ => true,
        }).ToList();
        return lines.Count > 0 ? BillText.Write(lines, settings.FeePercent, Faults) : throw WeChatRefusal.NoBill();
    }

    private void CheckDay(DateTimeOffset start)
    {
        var (now, end) = (time.GetUtcNow(), start.AddDays(1));
        if (start < now.AddMonths(-OldestMonths).AddDays(-1) || (now < end && !Faults.Ready))
        {
            throw new WeChatRefusal(400, "INVALID_REQUEST", "Invalid bill_date", "bill_date不在可下载的日期范围内");
        }

        if (now < end + madeAfter && !Faults.Ready)
        {
            throw WeChatRefusal.BillInTheMaking();
        }
    }

    private List<BillLine> Lines(WeChatLedger ledger, WeChatMerchant merchant, DateTimeOffset start)
    {
        var own = ledger.All.Where(trade => trade.MchId == merchant.MchId).ToList();
        var payments = own.Where(trade => trade.PaidAt is not null).Select(trade => Line(trade, null, trade.PaidAt!.Value, trade.PaidFen));
        var refunds = own.SelectMany(trade => trade.Refunds, (trade, refund) => Line(trade, refund, refund.CreatedAt, refund.Fen));
        return [.. payments.Concat(refunds)
            .Where(line => line.At >= start && line.At < start.AddDays(1) && !Faults.Drop.Contains(line.Number))
            .Select(line => Yuan.Parse(Faults.Amounts.GetValueOrDefault(line.Number)) is { } other ? line with { Fen = other } : line)
            .Concat(Faults.Add.Select(added => Invented(merchant, added, start.AddHours(12))))
            .OrderBy(line => line.At)];
    }

    private BillLine Line(WeChatTrade trade, WeChatRefund? refund, DateTimeOffset at, long fen)
    {
        var fee = (long)Math.Round(fen * settings.FeePercent / 100, MidpointRounding.AwayFromZero);
        return new BillLine(trade, refund, at, fen, refund is null ? fee : -fee);
    }

    private BillLine Invented(WeChatMerchant merchant, AddedBillLine added, DateTimeOffset at)
    {
        var fen = Yuan.Parse(added.Amount) ?? throw new InvalidOperationException("An added line's amount is written like 0.02.");
        var trade = new WeChatTrade
        {
            MchId = merchant.MchId,
            AppId = merchant.AppId,
            OutTradeNo = added.OutTradeNo,
            Api = WeChatApi.V3,
            Product = WeChatProduct.Native,
            Description = "nobody's",
            TotalFen = fen,
            NotifyUrl = "",
            Terms = "",
            CreatedAt = at,
        };
        var refund = added.OutRefundNo is null ? null : new WeChatRefund
        {
            Api = WeChatApi.V3,
            OutRefundNo = added.OutRefundNo,
            Fen = fen,
            Terms = "",
            CreatedAt = at,
            Status = RefundStatus.Success,
        };
        return Line(trade, refund, at, fen);
    }
}
