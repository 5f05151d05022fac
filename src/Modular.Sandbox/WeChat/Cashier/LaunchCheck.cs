using Microsoft.Extensions.Primitives;
using Modular.Sandbox.WeChat.V2;

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>Provisional: the core's launch check takes its place.</summary>
internal sealed class LaunchCheck(WeChatMerchants merchants)
{
    public Trade? Jsapi(IQueryCollection query, TradeBook ledger)
    {
        string[] names = ["appId", "timeStamp", "nonceStr", "package", "signType"];
        var fields = names.ToDictionary(name => name, name => query[name].ToString());
        var merchant = merchants.ByAppId(fields["appId"]) ?? throw new CashierRefusal("appid", "");
        if (V2Signature.Sign(fields, merchant.ApiV2Key, fields["signType"]) != query["paySign"])
        {
            throw new CashierRefusal("支付验证签名失败", "paySign is wrong");
        }

        if (merchant.JsapiDirectories.Length > 0 && !query["page"].ToString().StartsWith(merchant.JsapiDirectories, StringComparison.Ordinal))
        {
            throw new CashierRefusal("当前页面的URL未注册", "The page is in none of the registered directories.");
        }

        return ledger.ByPrepay(fields["package"].Replace("prepay_id=", "", StringComparison.Ordinal));
    }

    public Trade? App(IQueryCollection query, TradeBook ledger)
    {
        string[] names = ["appid", "partnerid", "prepayid", "package", "noncestr", "timestamp"];
        var fields = names.ToDictionary(name => name, name => query[name].ToString());
        fields["sign"] = query["sign"].ToString();
        var merchant = merchants.ByAppId(fields["appid"]) ?? throw new CashierRefusal("appid", "");
        return V2Signature.Verify(fields, merchant.ApiV2Key) ? ledger.ByPrepay(fields["prepayid"]) : throw new CashierRefusal("支付验证签名失败", "sign is wrong");
    }
}
