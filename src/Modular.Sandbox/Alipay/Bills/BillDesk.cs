using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.Alipay.Bills;

/// <summary>Gives out links to bills, good for 30 seconds, and the bills behind them.</summary>
internal sealed class BillDesk(IOptions<SandboxOptions> options, Merchants merchants, TradeBook book, FaultBoard faults, PublicAddress address, TimeProvider time)
{
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromSeconds(30);

    private readonly AlipayOptions settings = options.Value.Alipay;
    private readonly decimal feeRate = decimal.Parse(options.Value.Alipay.FeeRate, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
    private readonly Lock gate = new();
    private readonly Dictionary<string, Link> links = new(StringComparer.Ordinal);

    /// <summary>Whether the bill of a day has been made: at 09:00 of the next, +08:00, unless a fault says otherwise.</summary>
    public bool IsReady(DateOnly day)
    {
        var fault = faults.Sheet.AlipayBill;
        var now = Beijing.At(time.GetUtcNow());
        return fault?.NotReady != true
            && (fault?.Ready == true ? day <= DateOnly.FromDateTime(now.Date) : now.DateTime >= day.AddDays(1).ToDateTime(new TimeOnly(9, 0)));
    }

    /// <summary>The lines of a day while the trades are locked.</summary>
    public List<BillLine> Lines(Ledger ledger, string sellerId, DateOnly day) =>
        BillLine.Of(ledger, merchants, sellerId, day, feeRate, faults.Sheet.AlipayBill ?? new BillFaults());

    /// <summary>What the gateway answers for a day without transactions.</summary>
    public string WhenEmpty => settings.BillWhenEmpty;

    public string Give(string sellerId, DateOnly day)
    {
        if (faults.Sheet.AlipayBill?.DownloadUrl is { Length: > 0 } elsewhere)
        {
            return elsewhere;
        }

        var (now, token, date) = (time.GetUtcNow(), Digits.Token(32), day.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        lock (gate)
        {
            foreach (var dead in links.Where(link => link.Value.Until <= now).Select(link => link.Key).ToList())
            {
                links.Remove(dead);
            }

            links.Add(token, new Link(sellerId, day, now + LinkLifetime));
        }

        return $"{address.Base}/alipay/downloadBillFile.resource?bizType=trade&userId={sellerId}0156&fileType=csv.zip&bizDates={date}"
            + $"&downloadFileName={sellerId}0156_{date}.csv.zip&fileId=%2Ftrade%2F{sellerId}%2F{date}.csv.zip&timestamp={now.ToUnixTimeMilliseconds()}&token={token}";
    }

    public IResult Download(string? token)
    {
        var fault = faults.Sheet.AlipayBill ?? new BillFaults();
        if (fault.RedirectTo is { Length: > 0 } elsewhere)
        {
            return Results.Redirect(elsewhere);
        }

        Link? link;
        lock (gate)
        {
            link = token is null ? null : links.GetValueOrDefault(token);
        }

        if (link is null || link.Until <= time.GetUtcNow())
        {
            return Results.Text("下载超时,请重新下载.", "text/html", Encoding.UTF8);
        }

        var lines = book.Locked(ledger => Lines(ledger, link.SellerId, link.Day));
        return Results.Bytes(
            BillFile.Write(link.SellerId, link.Day, lines, time.GetUtcNow(), fault),
            "application/octet-stream",
            $"{link.SellerId}0156_{link.Day:yyyyMMdd}.csv.zip");
    }

    private sealed record Link(string SellerId, DateOnly Day, DateTimeOffset Until);
}
