namespace Modular.Payments.WeChatPay.Tests;

/// <summary>A bill as WeChat Pay writes it.</summary>
internal static class Bill
{
    public const string Columns = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
    public const string Header = "\uFEFF" + Columns + "\r\n";

    public static string Payment(string name = "客房") =>
        $"`2026-11-21 23:59:59,`{Some.AppId},`{Some.MchId},`0,`,`4200001234202611210000000001,`{Some.PaymentNo},`{Some.OpenId},`NATIVE,`SUCCESS,`OTHERS,`CNY,`367.00,`1.00,`0,`0,`0.00,`0.00,`,`,`{name},`,`2.21000,`0.60%,`368.00,`0.00,`";

    public static string Refund(string state = "SUCCESS") =>
        $"`2026-11-21 23:59:59,`{Some.AppId},`{Some.MchId},`0,`,`4200001234202611210000000001,`{Some.PaymentNo},`{Some.OpenId},`NATIVE,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`50000709672019011908420787722,`R20261122000001,`8.00,`0.00,`ORIGINAL,`{state},`客房,`,`-0.05000,`0.60%,`0.00,`8.00,`";

    public static string Totals(int count, long amount, long refund, long fee) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n`{count},`{amount / 100m:0.00},`{refund / 100m:0.00},`0.00,`{fee / 100m:0.00},`{amount / 100m:0.00},`{refund / 100m:0.00}\r\n");

    public static string Of(params string[] rows) => Header + string.Concat(rows.Select(row => row + "\r\n")) + Totals(
        rows.Length,
        rows.Count(row => row.Contains("`SUCCESS,`OTHERS", StringComparison.Ordinal)) * 36800,
        rows.Count(row => row.Contains("`REFUND,", StringComparison.Ordinal)) * 800,
        rows.Sum(row => row.Contains("`REFUND,", StringComparison.Ordinal) ? -5 : 221));
}
