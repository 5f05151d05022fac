using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>
/// The gate that a phone's browser is sent to, and the cashier behind it. Whatever happens there, the browser comes back to
/// <c>redirect_url</c>, so that coming back proves nothing.
/// </summary>
internal sealed class H5Endpoints(IOptions<SandboxOptions> options, WeChatBook book, CashierDesk desk, WeChatMerchants merchants, TimeProvider time)
{
    private const string Cashier = "/wechat/h5/";

    private readonly bool checksIp = options.Value.WeChat.H5ChecksIp;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/cgi-bin/mmpayweb-bin/checkmweb", (HttpRequest request) => CashierDesk.Guarded(() => Gate(request)));
        routes.MapGet(Cashier + "{token}", (HttpRequest request, string token) =>
            desk.Show(request, ledger => Find(ledger, token).Trade, "H5 支付 · WeChat, opened by the phone's browser"));
        routes.MapPost(Cashier + "{token}", async (HttpRequest request, string token) =>
            await desk.DecideAsync(request, ledger => Find(ledger, token).Trade, (view, paid) => Back(request, token, view, paid)));
    }

    private IResult Gate(HttpRequest request) => book.Locked(ledger =>
    {
        var (trade, session) = Find(ledger, request.Query["package"].ToString());
        if (session.PrepayId != request.Query["prepay_id"])
        {
            throw CashierRefusal.Unknown();
        }

        H5Gate.Check(request, merchants.Of(trade).H5Domains);
        H5Gate.CheckTime(session, time.GetUtcNow());
        if (checksIp)
        {
            H5Gate.CheckClient(request, trade);
        }

        if (trade.OpenedBy.Length > 0 && trade.OpenedBy != desk.PayerOf(trade, request.HttpContext))
        {
            throw H5Gate.Foreign(request);
        }

        return Results.Redirect(QueryHelpers.AddQueryString(Cashier + session.Token, "redirect_url", H5Gate.RedirectUrl(request)));
    });

    private IResult Back(HttpRequest request, string token, OrderView view, bool paid)
    {
        var redirect = H5Gate.RedirectUrl(request);
        // Checked again, because this address can be typed in as well: the sandbox sends nobody to a stranger's host.
        if (H5Gate.IsRegistered(redirect, book.Locked(ledger => merchants.Of(Find(ledger, token).Trade).H5Domains)))
        {
            return new SeeOther(redirect);
        }

        return paid ? CashierPages.Paid(view) : CashierPages.Left(view);
    }

    /// <summary>The time of the link is the gate's affair: whoever is inside may take longer.</summary>
    private static (WeChatTrade Trade, PrepaySession Session) Find(WeChatLedger ledger, string token) =>
        ledger.BySession(token) is { Session.Kind: PrepaySession.H5 } found && found.Session.Token == token ? found : throw CashierRefusal.Unknown();
}
