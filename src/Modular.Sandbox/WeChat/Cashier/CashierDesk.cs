using Modular.Sandbox.Pages;

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>What every cashier does: let somebody in, show the order, take the money or not.</summary>
internal sealed class CashierDesk(TradeBook book, WeChatMerchants merchants, TimeProvider time)
{
    private static readonly TimeSpan PrepayLifetime = TimeSpan.FromHours(2);

    /// <summary>Shows the cashier, which ties the order to this shopper.</summary>
    /// <param name="place">Where in the world the page is.</param>
    /// <param name="onRefusal">Markup for the page that says why not.</param>
    public IResult Show(HttpRequest request, Func<TradeBook, Trade?> find, string place, string onRefusal = "") => Guarded(
        () => CashierPages.Order(Enter(request, find), request.Path + request.QueryString, place), onRefusal);

    /// <summary>Pays if that is what the shopper's form says, and leaves it to <paramref name="page"/> to tell.</summary>
    public async Task<IResult> DecideAsync(
        HttpRequest request, Func<TradeBook, Trade?> find, Func<OrderView, bool, IResult> page, string onRefusal = "")
    {
        var pays = (await request.ReadFormAsync())["answer"] == "pay";
        return Guarded(() =>
        {
            var view = Enter(request, find, trade =>
            {
                if (pays)
                {
                    book.Pay(trade, PayerOf(trade, request));
                }
            });
            return page(view, pays);
        }, onRefusal);
    }

    public static IResult Guarded(Func<IResult> work, string onRefusal = "")
    {
        try
        {
            return work();
        }
        catch (CashierRefusal refusal)
        {
            return CashierPages.Refused(refusal.Message, refusal.Hint, onRefusal);
        }
    }

    private OrderView Enter(HttpRequest request, Func<TradeBook, Trade?> find, Action<Trade>? work = null) => book.Locked(ledger =>
    {
        var trade = find(ledger) ?? throw CashierRefusal.Unknown();
        if (trade.IsPaid)
        {
            throw CashierRefusal.Paid();
        }

        if (trade.State == "CLOSED")
        {
            throw CashierRefusal.Closed();
        }

        if (trade.ExpiresAt <= time.GetUtcNow() || trade.Prepays[^1].At + PrepayLifetime <= time.GetUtcNow())
        {
            throw CashierRefusal.Expired();
        }

        var shopper = Shoppers.Of(request.HttpContext);
        if (trade.Shopper.Length > 0 && trade.Shopper != shopper)
        {
            throw CashierRefusal.OtherShopper();
        }

        trade.Shopper = shopper;
        work?.Invoke(trade);
        return new OrderView(merchants.ByMchId(trade.MchId)!.Name, trade.Description, trade.OutTradeNo, trade.TotalFen, PayerOf(trade, request));
    });

    /// <summary>A JSAPI order names its payer; other orders are paid by whoever holds the browser.</summary>
    private static string PayerOf(Trade trade, HttpRequest request) =>
        trade.OpenId.Length > 0 ? trade.OpenId : Shoppers.OpenId(Shoppers.Of(request.HttpContext), trade.AppId);
}
