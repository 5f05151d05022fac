using Microsoft.AspNetCore.WebUtilities;

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>The shopper's phone after scanning a <c>code_url</c>.</summary>
internal sealed class ScanEndpoints(CashierDesk desk)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/wechat/scan", (HttpRequest request) => desk.Show(request, Find(request), "扫码支付 · The shopper's phone after the scan"));
        routes.MapPost("/wechat/scan", async (HttpRequest request) => await desk.DecideAsync(request, Find(request), (view, paid) =>
            paid ? CashierPages.Paid(view) : CashierPages.Left(view)));
    }

    private static Func<TradeBook, Trade?> Find(HttpRequest request) => ledger =>
    {
        var code = Uri.TryCreate(request.Query["code_url"], UriKind.Absolute, out var url) && url.Scheme == "weixin"
            ? QueryHelpers.ParseQuery(url.Query).GetValueOrDefault("pr").ToString()
            : "";
        var trade = ledger.ByCode(code);
        return trade is null || trade.Prepays[^1].Code == code ? trade : throw CashierRefusal.Replaced();
    };
}
