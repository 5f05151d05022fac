namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>What every cashier does: let somebody in, show the order, take the money or not.</summary>
internal sealed class CashierDesk(WeChatBook book, WeChatDesk desk, WeChatMerchants merchants, OpenIds openIds)
{
    /// <summary>Shows the order, which from then on is this shopper's.</summary>
    /// <param name="find">Finds the order or throws why it cannot be opened. Called with the trades locked.</param>
    /// <param name="place">Where in the world the page is.</param>
    /// <param name="onRefusal">Markup for the page that says why not.</param>
    public IResult Show(HttpRequest request, Func<WeChatLedger, WeChatTrade> find, string place, string onRefusal = "") => Guarded(
        () => CashierPages.Order(Enter(request, find, pays: false), Shoppers.Keep(request), place), onRefusal);

    /// <summary>Pays if that is what the shopper's form says, and leaves it to <paramref name="page"/> to tell.</summary>
    public async Task<IResult> DecideAsync(
        HttpRequest request, Func<WeChatLedger, WeChatTrade> find, Func<OrderView, bool, IResult> page, string onRefusal = "")
    {
        var pays = (await request.ReadFormAsync())["answer"] == "pay";
        return Guarded(() => page(Enter(request, find, pays), pays), onRefusal);
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
        catch (LaunchRefusal refusal)
        {
            return CashierPages.Refused(refusal.Message, "The parameters that the shop launches the payment with are refused.", onRefusal);
        }
        catch (WeChatRefusal refusal)
        {
            return CashierPages.Refused(refusal.Message, $"The order cannot be paid: {refusal.Code}.", onRefusal);
        }
    }

    /// <summary>
    /// The openid of whoever pays here. An order that names somebody is paid by whoever that is: by this browser's shopper if
    /// the openid came from the web authorisation, else by an invented person whom every browser may play.
    /// </summary>
    public string PayerOf(WeChatTrade trade, HttpContext context) =>
        trade.OpenId.Length > 0 && !openIds.IsKnown(trade.OpenId) ? trade.OpenId : Shoppers.OpenId(Shoppers.Of(context), trade.AppId);

    private OrderView Enter(HttpRequest request, Func<WeChatLedger, WeChatTrade> find, bool pays) => book.Locked(ledger =>
    {
        var trade = find(ledger);
        if (desk.WhyNotPayable(trade) is { } refusal)
        {
            throw refusal;
        }

        var payer = PayerOf(trade, request.HttpContext);
        WeChatDesk.Open(trade, payer);
        if (pays)
        {
            desk.Pay(trade, payer);
        }

        return new OrderView(merchants.Of(trade).Name, trade.Description, trade.OutTradeNo, trade.TotalFen, payer);
    });
}
