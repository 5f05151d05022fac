using Modular.Sandbox.Faults;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>The script that plays WeChat's browser, and the cashier that it opens with a page's launch parameters.</summary>
internal sealed class JsapiEndpoints(
    CashierDesk desk, LaunchCheck launch, WeChatMerchants merchants, FaultBoard faults, PublicAddress address)
{
    private const string Place = "JSAPI 支付 · The cashier inside WeChat";

    private static readonly string Bridge = Html.Resource("jsbridge.js");

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/wechat/jsbridge.js", () => Results.Text(
            Bridge.Replace("{{sandbox}}", address.Base, StringComparison.Ordinal), "text/javascript; charset=utf-8"));
        routes.MapGet("/wechat/jsapi", (HttpRequest request) => desk.Show(request, Find(request), Place, Script(request, "fail")));
        routes.MapPost("/wechat/jsapi", async (HttpRequest request) =>
            await desk.DecideAsync(request, Find(request), (view, paid) => Tell(request, view, paid), Script(request, "fail")));
    }

    private Func<WeChatLedger, WeChatTrade> Find(HttpRequest request) => ledger =>
    {
        var trade = launch.Jsapi(ledger, LaunchParameters.Of(request)).Trade;
        var directories = merchants.Of(trade).JsapiDirectories;
        return directories.Count == 0 || directories.Any(directory => Page(request).StartsWith(directory, StringComparison.Ordinal))
            ? trade
            : throw CashierRefusal.PageNotRegistered();
    };

    private IResult Tell(HttpRequest request, OrderView view, bool paid)
    {
        var script = Script(request, faults.Trade(view.OutTradeNo).JsapiCallback ?? (paid ? "ok" : "cancel"));
        return paid ? CashierPages.Paid(view, script) : CashierPages.Left(view, script);
    }

    private static string Script(HttpRequest request, string outcome) =>
        JsapiResult.Script(outcome, request.Query["session"].ToString(), Page(request));

    /// <summary>The address of the shop's page as the script saw it.</summary>
    private static string Page(HttpRequest request) => request.Query["page"].ToString();
}
