using System.Security.Cryptography.X509Certificates;

namespace Modular.Sandbox.WeChat.V2;

/// <summary><c>/secapi/pay/refund</c>, answered over mutual TLS alone and only to the merchant whose certificate is shown.</summary>
internal sealed class Refund(WeChatBook book, WeChatRefundDesk desk, TimeProvider time) : IV2Method
{
    public string Name => "refund";

    public string Path => "/secapi/pay/refund";

    public bool NeedsCertificate => true;

    public IReadOnlyList<FieldRule> Rules { get; } =
    [
        new("transaction_id", 32),
        new("out_trade_no", 32),
        new("out_refund_no", 64, IsRequired: true, FieldRules.IsOutRefundNo),
        new("total_fee", 11, IsRequired: true, FieldRules.IsFen),
        new("refund_fee", 11, IsRequired: true, FieldRules.IsFen),
        new("refund_fee_type", 8, IsRight: currency => currency == "CNY"),
        new("refund_desc", 80),
        new("refund_account", 30, IsRight: account => account is "REFUND_SOURCE_UNSETTLED_FUNDS" or "REFUND_SOURCE_RECHARGE_FUNDS"),
        new("notify_url", 256, IsRight: FieldRules.IsNotifyUrl),
    ];

    public void Answer(V2Call call, Dictionary<string, string> answer)
    {
        if (call.Certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != call["mch_id"])
        {
            throw V2Refusal.Business("CERT_ERROR", "证书校验错误");
        }

        var (total, fen) = (FieldRules.Fen(call["total_fee"]), FieldRules.Fen(call["refund_fee"]));
        if (fen > total)
        {
            throw V2Refusal.Transport("PARAM_ERROR", "invalid refund_fee");
        }

        book.Locked(ledger =>
        {
            var trade = TradeFields.Find(call, ledger);
            RefundFields.AddAccepted(answer, trade!, desk.Ask(ledger, call["mch_id"], trade, total, Wanted(call, trade, fen)));
            return 0;
        });
    }

    private WeChatRefund Wanted(V2Call call, WeChatTrade? trade, long fen) => new()
    {
        Api = WeChatApi.V2,
        OutRefundNo = call["out_refund_no"],
        Fen = fen,
        Reason = call["refund_desc"],
        // Without an address the real host takes the one of its console, which the sandbox does not have.
        NotifyUrl = call["notify_url"] is { Length: > 0 } url ? url : trade?.NotifyUrl ?? "",
        Terms = call.Terms(),
        CreatedAt = time.GetUtcNow(),
    };
}
