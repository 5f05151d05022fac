using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Gateway;

namespace Modular.Sandbox.Alipay.Methods;

/// <summary>Finds the trade that a call names; where both numbers are given, Alipay's own wins.</summary>
internal static class TradeFinder
{
    /// <summary>Null for a trade that no buyer has opened yet: the gateway does not know it either.</summary>
    public static Trade? Find(GatewayCall call, Ledger ledger)
    {
        var (tradeNo, outTradeNo) = (call.Biz("trade_no"), call.Biz("out_trade_no"));
        if (tradeNo.Length == 0 && outTradeNo.Length == 0)
        {
            throw Refusal.Parameter("参数无效：out_trade_no和trade_no不能同时为空");
        }

        var appId = call.Merchant.AppId;
        var found = tradeNo.Length > 0 ? ledger.ByTradeNo(appId, tradeNo) : ledger.ByNumber(appId, outTradeNo);
        return found is { Exists: true } ? found : null;
    }

    public static Trade Get(GatewayCall call, Ledger ledger) => Find(call, ledger) ?? throw Refusal.NoSuchTrade();

    public static void AddNumbers(Trade trade, JsonObject node)
    {
        node["out_trade_no"] = trade.OutTradeNo;
        node["trade_no"] = trade.TradeNo;
    }

    public static void AddBuyer(JsonObject node)
    {
        node["buyer_logon_id"] = Buyer.LogonId;
        node["buyer_user_id"] = Buyer.Id;
        node["buyer_open_id"] = Buyer.OpenId;
    }
}
