namespace Modular.Sandbox.WeChat.V2;

/// <summary>
/// <c>/pay/unifiedorder</c>. The same number with the same terms is answered with a new prepay session, and the code of the
/// session before is dead; with other terms it is refused.
/// </summary>
internal sealed class UnifiedOrder(WeChatBook book, WeChatDesk desk, WeChatLinks links, OrderFields fields, OpenIds openIds, TimeProvider time) : IV2Method
{
    // What may differ between two requests for the same order; its end is fixed by the first.
    private static readonly string[] PerRequest = ["spbill_create_ip", "time_start", "time_expire"];

    public string Name => "unifiedorder";

    public IReadOnlyList<FieldRule> Rules => fields.Rules;

    public void Answer(V2Call call, Dictionary<string, string> answer)
    {
        fields.CheckTogether(call);
        if (openIds.IsForeign(call["openid"], call["appid"]))
        {
            throw V2Refusal.Business("PARAM_ERROR", "appid and openid not match");
        }

        var (trade, session) = book.Locked(ledger => desk.Place(ledger, Order(call)));
        answer["trade_type"] = trade.TradeType;
        answer["prepay_id"] = session.PrepayId;
        if (trade.Product == WeChatProduct.Native)
        {
            answer["code_url"] = WeChatLinks.CodeUrl(session);
        }
        else if (trade.Product == WeChatProduct.H5)
        {
            answer["mweb_url"] = links.H5(session);
        }
    }

    private WeChatTrade Order(V2Call call) => new()
    {
        Api = WeChatApi.V2,
        MchId = call["mch_id"],
        AppId = call["appid"],
        OutTradeNo = call["out_trade_no"],
        Product = Product(call["trade_type"]),
        Description = call["body"],
        Attach = call["attach"],
        TotalFen = FieldRules.Fen(call["total_fee"]),
        NotifyUrl = call["notify_url"],
        OpenId = call["trade_type"] == OrderFields.Jsapi ? call["openid"] : "",
        ClientIp = call["spbill_create_ip"],
        DeviceId = call["device_info"],
        SignType = call.Algorithm,
        Terms = call.Terms(PerRequest),
        CreatedAt = time.GetUtcNow(),
        ExpiresAt = OrderFields.ExpiresAt(call),
    };

    private static string Product(string tradeType) => tradeType switch
    {
        OrderFields.Jsapi => WeChatProduct.Jsapi,
        OrderFields.Native => WeChatProduct.Native,
        OrderFields.Mweb => WeChatProduct.H5,
        _ => WeChatProduct.App,
    };
}
