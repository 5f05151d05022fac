using System.Globalization;
using Microsoft.Extensions.Options;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>
/// <c>/pay/unifiedorder</c>. The same number with the same terms is answered with a new prepay session, and the code of the
/// session before is dead; with other terms it is refused.
/// </summary>
internal sealed class UnifiedOrder(IOptions<SandboxOptions> options, TradeBook book, OrderFields fields, OpenIds openIds, PublicAddress address, TimeProvider time) : IV2Method
{
    // What differs between two requests for the same order.
    private static readonly string[] PerRequest = ["sign", "nonce_str", "sign_type", "time_start", "spbill_create_ip"];

    private readonly string reorderCode = options.Value.WeChat.V2.ReorderCode;

    public string Path => "pay/unifiedorder";

    public IReadOnlyList<FieldRule> Rules => fields.Rules;

    public void Answer(V2Call call, Dictionary<string, string> answer)
    {
        fields.CheckTogether(call);
        if (call["trade_type"] == OrderFields.Jsapi && openIds.IsForeign(call["openid"], call["appid"]))
        {
            throw V2Refusal.Business("PARAM_ERROR", "appid and openid not match");
        }

        var (trade, prepay) = book.Locked(ledger =>
        {
            var known = Known(ledger.ByNumber(call["mch_id"], call["out_trade_no"]), call);
            if (known is null)
            {
                ledger.Add(known = Place(call));
            }

            return (known, ledger.NewPrepay(known));
        });
        answer["trade_type"] = trade.TradeType;
        answer["prepay_id"] = prepay.Id;
        if (trade.TradeType == OrderFields.Native)
        {
            answer["code_url"] = $"weixin://wxpay/bizpayurl?pr={prepay.Code}";
        }
        else if (trade.TradeType == OrderFields.Mweb)
        {
            answer["mweb_url"] = $"{address.Base}/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={prepay.Id}&package={Digits.Random(10)}";
        }
    }

    private Trade? Known(Trade? trade, V2Call call) => trade switch
    {
        null => null,
        { IsPaid: true } => throw V2Refusal.Business("ORDERPAID", "该订单已支付"),
        { State: "CLOSED" } => throw V2Refusal.Business("ORDERCLOSED", "该订单已关闭"),
        _ when trade.Terms == Terms(call) => trade,
        _ => throw V2Refusal.Business(reorderCode, "201 商户订单号重复"),
    };

    private Trade Place(V2Call call) => new()
    {
        AppId = call["appid"], MchId = call["mch_id"], OutTradeNo = call["out_trade_no"],
        TradeType = call["trade_type"],
        Description = call["body"],
        TotalFen = FieldRules.Fen(call["total_fee"]),
        NotifyUrl = call["notify_url"],
        Terms = Terms(call),
        TransactionId = "42000" + Digits.Random(23),
        CreatedAt = time.GetUtcNow(),
        Attach = call["attach"], OpenId = call["openid"], ClientIp = call["spbill_create_ip"], DeviceInfo = call["device_info"],
        Algorithm = call.Algorithm, ExpiresAt = OrderFields.ExpiresAt(call),
    };

    private static string Terms(V2Call call) => string.Join('\n', call.Fields
        .Where(field => field.Value.Length > 0 && !PerRequest.Contains(field.Key))
        .OrderBy(field => field.Key, StringComparer.Ordinal)
        .Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Key}={field.Value.Length}:{field.Value}")));
}
