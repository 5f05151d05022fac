using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>
/// The gate that a phone's browser is sent to, and the cashier behind it. Whatever happens there, the browser comes back to
/// <c>redirect_url</c>, so that coming back proves nothing.
/// </summary>
internal sealed class H5Endpoints(IOptions<SandboxOptions> options, TradeBook book, CashierDesk desk, WeChatMerchants merchants, TimeProvider time)
{
    private const string Cashier = "/wechat/h5";

    private readonly H5Options settings = options.Value.WeChat.H5;
    private readonly TimeSpan lifetime = Durations.Parse(options.Value.WeChat.H5.LinkLifetime);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/cgi-bin/mmpayweb-bin/checkmweb", (HttpRequest request) => CashierDesk.Guarded(() => Gate(request)));
        routes.MapGet(Cashier, (HttpRequest request) => desk.Show(request, Find(request), "H5 支付 · WeChat, opened by the phone's browser"));
        routes.MapPost(Cashier, async (HttpRequest request) => await desk.DecideAsync(request, Find(request), (view, paid) => Back(request, view, paid)));
    }

    private IResult Gate(HttpRequest request)
    {
        var (trade, at) = book.Locked(ledger =>
        {
            var found = Find(request)(ledger) ?? throw CashierRefusal.Unknown();
            return (found, found.Prepays.Find(prepay => prepay.Id == PrepayId(request))!.At);
        });
        var refusal = H5Gate.Check(request, Domains(trade));
        if (refusal is null && at + lifetime <= time.GetUtcNow())
        {
            refusal = H5Gate.Expired;
        }

        if (refusal is null && settings.CheckClientIp && request.HttpContext.Connection.RemoteIpAddress?.ToString() != trade.ClientIp)
        {
            refusal = H5Gate.WrongIp;
        }

        if (refusal is null && trade.Shopper.Length > 0 && trade.Shopper != Shoppers.Of(request.HttpContext))
        {
            refusal = H5Gate.Foreign(request);
        }

        var query = new Dictionary<string, string?> { ["prepay_id"] = PrepayId(request), ["redirect_url"] = request.Query["redirect_url"] };
        return refusal is null
            ? Results.Redirect(QueryHelpers.AddQueryString(Cashier, query))
            : CashierPages.Refused(refusal.Reason, refusal.Hint);
    }

    private IResult Back(HttpRequest request, OrderView view, bool paid)
    {
        var redirect = request.Query["redirect_url"].ToString();
        // Checked again, as this address can be typed in as well: the sandbox sends nobody to a stranger's host.
        if (H5Gate.HostOf(redirect) is { } host && H5Gate.IsRegistered(host, book.Locked(ledger => Domains(Find(request)(ledger)!))))
        {
            return new SeeOther(redirect);
        }

        return paid ? CashierPages.Paid(view) : CashierPages.Left(view);
    }

    private static Func<TradeBook, Trade?> Find(HttpRequest request) => ledger =>
        ledger.ByPrepay(PrepayId(request)) is { TradeType: "MWEB" } trade ? trade : null;

    private static string PrepayId(HttpRequest request) => request.Query["prepay_id"].ToString();

    private string[] Domains(Trade trade) => merchants.ByMchId(trade.MchId)!.H5Domains.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
