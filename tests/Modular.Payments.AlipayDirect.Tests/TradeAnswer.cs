using System.Security;
using System.Security.Cryptography;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>Alipay's answers to <c>single_trade_query</c>, laid out as in chloerei/alipay, test/alipay/service_test.rb.</summary>
internal static class TradeAnswer
{
    public static SortedDictionary<string, string> Fields(params (string Name, string Value)[] changes)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["buyer_email"] = "shopper@example.com",
            ["buyer_id"] = "2088000000000099",
            ["discount"] = "0.00",
            ["flag_trade_locked"] = "0",
            ["gmt_create"] = "2026-11-22 12:29:30",
            ["gmt_payment"] = "2026-11-22 12:29:59",
            ["is_total_fee_adjust"] = "F",
            ["operator_role"] = "B",
            ["out_trade_no"] = Some.PaymentNo,
            ["payment_type"] = "1",
            ["price"] = "368.00",
            ["quantity"] = "1",
            ["seller_email"] = "shop@example.com",
            ["seller_id"] = Some.SellerId,
            ["subject"] = "预订'庭院\"<客房>",
            ["to_buyer_fee"] = "0.00",
            ["to_seller_fee"] = "368.00",
            ["total_fee"] = "368.00",
            ["trade_no"] = "2026112200001000990000000001",
            ["trade_status"] = "TRADE_SUCCESS",
            ["use_coupon"] = "F",
        };
        foreach (var (name, value) in changes)
        {
            fields[name] = value;
        }

        return fields;
    }

    public static string Signed(IReadOnlyDictionary<string, string> fields, Dialect? dialect = null, string md5Key = Keys.Md5, RSA? rsa = null)
    {
        var how = dialect ?? Dialect.Usual;
        return Xml(fields, $"<sign>{Alipay.Sign(fields, how, md5Key, rsa)}</sign><sign_type>{how.SignType}</sign_type>", how.Charset);
    }

    public static string Xml(IReadOnlyDictionary<string, string> fields, string signature, string charset = "utf-8") =>
        $"""
        <?xml version="1.0" encoding="{charset}"?>
        <alipay><is_success>T</is_success><request><param name="_input_charset">{charset}</param><param name="service">single_trade_query</param><param name="partner">{Some.Partner}</param><param name="out_trade_no">{Some.PaymentNo}</param></request>
        <response><trade>{string.Concat(fields.Select(f => $"<{f.Key}>{SecurityElement.Escape(f.Value)}</{f.Key}>"))}</trade></response>{signature}</alipay>
        """;

    public static string Error(string code) => $"<?xml version=\"1.0\" encoding=\"utf-8\"?><alipay><is_success>F</is_success><error>{code}</error></alipay>";
}
