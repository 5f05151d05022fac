using Modular.Sandbox.Alipay.Gateway;
using Modular.Sandbox.Alipay.Methods;

namespace Modular.Sandbox.Alipay.Cashier;

/// <summary>The methods that a browser or the Alipay app calls: they lead to the cashier or to a page that says why not.</summary>
internal sealed class CashierEntrance(RequestCheck check, TradePlacement placement, TradeBook book, CashierLinks links)
{
    private static readonly Dictionary<string, string> Products = new()
    {
        ["alipay.trade.page.pay"] = Product.Page,
        ["alipay.trade.wap.pay"] = Product.Wap,
    };

    private const string AppMethod = "alipay.trade.app.pay";

    public static bool IsPage(string? method) => method is not null && Products.ContainsKey(method);

    public IResult Enter(RawCall raw) => Enter(raw, Products.ContainsKey, () => Products[raw.Method!]);

    /// <summary>What the Alipay app does with the order string that a shop's app hands it.</summary>
    public IResult EnterApp(string orderString) => Enter(RawCall.Of(orderString), method => method == AppMethod, () => Product.App);

    private IResult Enter(RawCall raw, Func<string, bool> isMethod, Func<string> product)
    {
        try
        {
            var call = check.Check(raw, isMethod);
            return Results.Redirect(book.Locked(ledger => links.Cashier(placement.Place(call, ledger, product()))));
        }
        catch (Refusal refusal)
        {
            return CashierPages.Refused(refusal);
        }
    }
}
