using System.Text.Json.Nodes;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>A trade as API v3 tells it, in answers to queries and in notifications.</summary>
internal static class TransactionNode
{
    /// <param name="asUnpaid">As if the payment were not known yet.</param>
    public static JsonObject Of(WeChatTrade trade, bool asUnpaid = false)
    {
        var isPaid = trade.IsPaid && !asUnpaid;
        var state = trade.IsPaid && asUnpaid ? TradeState.NotPay : trade.State;
        var node = new JsonObject
        {
            ["appid"] = trade.AppId,
            ["mchid"] = trade.MchId,
            ["out_trade_no"] = trade.OutTradeNo,
            ["trade_state"] = state,
            ["trade_state_desc"] = TradeState.Description(state),
            ["amount"] = isPaid
                ? new JsonObject { ["total"] = trade.ReportedFen, ["payer_total"] = trade.PaidFen, ["currency"] = "CNY", ["payer_currency"] = "CNY" }
                : new JsonObject { ["total"] = trade.TotalFen, ["currency"] = "CNY" },
        };
        if (trade.Attach.Length > 0)
        {
            node["attach"] = trade.Attach;
        }

        if (trade.DeviceId.Length > 0)
        {
            node["scene_info"] = new JsonObject { ["device_id"] = trade.DeviceId };
        }

        if (isPaid)
        {
            node["transaction_id"] = trade.TransactionId;
            node["trade_type"] = trade.TradeType;
            node["bank_type"] = "OTHERS";
            node["success_time"] = Rfc3339.Text(trade.PaidAt!.Value);
            node["payer"] = new JsonObject { ["openid"] = trade.PayerOpenId };
        }

        return node;
    }
}
