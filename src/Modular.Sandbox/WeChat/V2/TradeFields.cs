using System.Globalization;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>How API v2 tells of a trade, in answers to queries and in notifications.</summary>
internal static class TradeFields
{
    /// <summary>The trade that a request names by WeChat's number or, where that is empty, by the merchant's; null where there is none.</summary>
    public static WeChatTrade? Find(V2Call call, WeChatLedger ledger)
    {
        if (call["transaction_id"].Length == 0 && call["out_trade_no"].Length == 0)
        {
            throw FieldRules.Missing("out_trade_no");
        }

        return call["transaction_id"].Length > 0
            ? ledger.ByTransaction(call["mch_id"], call["transaction_id"])
            : ledger.ByNumber(call["mch_id"], call["out_trade_no"]);
    }

    /// <summary>What is known of a payment: who, how much in fen, when by the clock of Beijing.</summary>
    public static void AddPayment(Dictionary<string, string> fields, WeChatTrade trade)
    {
        fields["openid"] = trade.PayerOpenId;
        fields["is_subscribe"] = "N";
        fields["trade_type"] = trade.TradeType;
        fields["bank_type"] = "OTHERS";
        fields["total_fee"] = trade.PaidFen.ToString(CultureInfo.InvariantCulture);
        fields["fee_type"] = "CNY";
        fields["cash_fee"] = trade.PaidFen.ToString(CultureInfo.InvariantCulture);
        fields["cash_fee_type"] = "CNY";
        fields["transaction_id"] = trade.TransactionId;
        fields["out_trade_no"] = trade.OutTradeNo;
        fields["attach"] = trade.Attach;
        fields["time_end"] = Beijing.Compact(trade.PaidAt!.Value, FieldRules.WallClock);
    }
}
