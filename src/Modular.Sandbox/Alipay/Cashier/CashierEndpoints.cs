using Modular.Sandbox.Pages;

namespace Modular.Sandbox.Alipay.Cashier;

/// <summary>The buyer's side: cashier for browsers and the app, and the phone that scanned a code.</summary>
internal sealed class CashierEndpoints(TradeBook book, TradeDesk desk, CashierPages pages, CashierLinks links, CashierEntrance entrance)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/alipay/cashier/{token}", (string token) => With(token, trade => pages.Cashier(trade)));
        routes.MapPost("/alipay/cashier/{token}/login", (string token) => With(token, Login));
        routes.MapPost("/alipay/cashier/{token}/pay", (string token) => With(token, Pay));
        routes.MapPost("/alipay/cashier/{token}/cancel", (string token) => With(token, Cancel));
        routes.MapGet("/alipay/qr/{token}", (string token) => With(token, Scan));
        routes.MapGet("/alipay/app", (string? orderString) =>
            string.IsNullOrEmpty(orderString) ? CashierPages.OrderStringForm() : entrance.EnterApp(orderString));
        routes.MapPost("/alipay/app", async (HttpRequest request) => entrance.EnterApp(await OrderStringAsync(request)));
    }

    /// <summary>Either the body itself or the field of the form on the page.</summary>
    private static async Task<string> OrderStringAsync(HttpRequest request)
    {
        if (request.HasFormContentType && (await request.ReadFormAsync())["orderString"] is { Count: 1 } field)
        {
            return field.ToString();
        }

        using var reader = new StreamReader(request.Body);
        return await reader.ReadToEndAsync();
    }

    private IResult With(string token, Func<Trade, IResult> step)
    {
        try
        {
            return book.Locked(ledger => ledger.ByToken(token) is { } trade ? step(trade) : Html.NotFound());
        }
        catch (Refusal refusal)
        {
            return CashierPages.Refused(refusal);
        }
    }

    private IResult Login(Trade trade)
    {
        desk.Open(trade);
        return SeeOther(links.Cashier(trade));
    }

    /// <summary>Opening the page is the scan: from here on the trade exists.</summary>
    private IResult Scan(Trade trade)
    {
        if (!trade.Exists && pages.QrIsDead(trade))
        {
            throw Refusal.Business("ACQ.QR_CODE_EXPIRED", "二维码已失效，请商家重新生成");
        }

        desk.Open(trade);
        return pages.Cashier(trade);
    }

    private IResult Pay(Trade trade)
    {
        if (!trade.IsPaid)
        {
            desk.Pay(trade);
        }

        return SeeOther(links.Return(trade) ?? links.Cashier(trade));
    }

    /// <summary>The buyer walks away; the trade goes on waiting, as it does when a window is closed.</summary>
    private static IResult Cancel(Trade trade) =>
        trade.QuitUrl.Length > 0 ? SeeOther(trade.QuitUrl) : CashierPages.Left(trade);

    private static SeeOther SeeOther(string url) => new(url);
}
