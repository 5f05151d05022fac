using System.Text.Json;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.WeChat.V3;

/// <summary><c>/v3/refund/domestic/refunds</c>: asking for a refund, and asking about one.</summary>
internal sealed class V3Refunds(WeChatBook book, WeChatRefundDesk desk, TimeProvider time)
{
    private static readonly IReadOnlyList<BodyField> Fields =
    [
        BodyField.Text("transaction_id", 32),
        BodyField.Text("out_trade_no", 32, least: 6),
        BodyField.Text("out_refund_no", 64, isRequired: true, isRight: IsRefundNo),
        BodyField.Text("reason", 80),
        BodyField.Text("notify_url", 256, isRight: OrderBody.IsNotifyUrl),
        BodyField.Text("funds_account", 32, isRight: text => text is "AVAILABLE" or "UNSETTLED"),
        BodyField.Object(
            "amount",
            true,
            BodyField.Number("refund", 1, isRequired: true),
            BodyField.Number("total", 1, isRequired: true),
            BodyField.Text("currency", 16, isRequired: true, isRight: text => text == "CNY"),
            BodyField.Array("from", BodyField.Text("account", 32, isRequired: true), BodyField.Number("amount", 1, isRequired: true))),
        BodyField.Array(
            "goods_detail",
            BodyField.Text("merchant_goods_id", 32, isRequired: true),
            BodyField.Text("wechatpay_goods_id", 32),
            BodyField.Text("goods_name", 256),
            BodyField.Number("unit_price", 0, isRequired: true),
            BodyField.Number("refund_amount", 0, isRequired: true),
            BodyField.Number("refund_quantity", 1, isRequired: true)),
    ];

    public JsonObject Ask(WeChatMerchant merchant, string text)
    {
        var body = BodySchema.Read(text, Fields);
        var (transactionId, outTradeNo) = (Text(body, "transaction_id"), Text(body, "out_trade_no"));
        if (transactionId.Length == 0 && outTradeNo.Length == 0)
        {
            throw WeChatRefusal.Parameter("/body/transaction_id", null, "缺少必填参数", "transaction_id与out_trade_no不能同时为空");
        }

        var amount = body.GetProperty("amount");
        var wanted = new WeChatRefund
        {
            Api = WeChatApi.V3,
            OutRefundNo = Text(body, "out_refund_no"),
            Fen = amount.GetProperty("refund").GetInt32(),
            Reason = Text(body, "reason"),
            NotifyUrl = Text(body, "notify_url"),
            Terms = OrderBody.Terms(body),
            CreatedAt = time.GetUtcNow(),
        };
        return book.Locked(ledger =>
        {
            var trade = transactionId.Length > 0 ? ledger.ByTransaction(merchant.MchId, transactionId) : ledger.ByNumber(merchant.MchId, outTradeNo);
            var refund = desk.Ask(ledger, merchant.MchId, trade, amount.GetProperty("total").GetInt32(), wanted);
            return RefundNode.OfAnswer(trade!, refund);
        });
    }

    public JsonObject Query(WeChatMerchant merchant, string outRefundNo) => book.Locked(ledger =>
        ledger.Refund(merchant.MchId, outRefundNo) is { } found ? RefundNode.OfAnswer(found.Trade, found.Refund) : throw WeChatRefusal.NoSuchRefund());

    /// <summary>Empty where there is no such member.</summary>
    private static string Text(JsonElement body, string name) => body.TryGetProperty(name, out var member) ? member.GetString()! : "";

    private static bool IsRefundNo(string text) => text.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-|*@".Contains(letter, StringComparison.Ordinal));
}
