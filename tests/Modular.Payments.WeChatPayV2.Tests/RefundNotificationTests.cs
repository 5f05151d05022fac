using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;
using static Modular.Payments.WeChatPayV2.Tests.Door;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>Notifications of refunds: an envelope that nobody signed, and sealed in it what they say.</summary>
public sealed class RefundNotificationTests
{
    [Theory]
    [InlineData("SUCCESS", RefundState.Succeeded)]
    [InlineData("CHANGE", RefundState.Abnormal)]
    [InlineData("REFUNDCLOSE", RefundState.Failed)]
    public void A_sealed_refund_becomes_a_report_of_its_own_amount(string status, RefundState expected)
    {
        var verified = Assert.IsType<Verification.VerifiedRefund>(Verify(Some.Notify(Envelope(Refund(("refund_status", status))))));
        Assert.Null(verified.Payment);
        var report = Assert.Single(verified.Reports);
        Assert.Equal(("R20261122000001", Some.PaymentNo, expected, Money.Cny(10000)), (report.RefundNo, report.PaymentNo, report.State, report.Amount));
        Assert.Equal((new ProviderAccount(Some.MchId, Some.AppId), "50300000000000000000000000001", status), (report.Account, report.ProviderRefundNo, report.ProviderState));
        Assert.Equal(expected == RefundState.Succeeded ? new DateTimeOffset(2026, 11, 22, 4, 20, 0, TimeSpan.Zero) : null, report.RefundedAt);
    }

    [Fact]
    public void It_is_acknowledged_with_the_exact_xml() =>
        Assert.Equal(
            "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>",
            Encoding.UTF8.GetString(Provider.Acknowledge().Body.Span));

    [Theory]
    [InlineData("mch_id", "1900000110")]
    [InlineData("mch_id", "")]
    [InlineData("appid", "wx0000000000000000")]
    [InlineData("appid", "")]
    [InlineData("return_code", "FAIL")]
    public void B03_an_envelope_of_another_account_is_not_for_here(string name, string value) =>
        Assert.Equal(RefusalReason.NotForHere, Refused(Envelope(Refund(), envelope: (name, value))).Reason);

    [Fact]
    public void S03_whatever_does_not_open_is_refused_in_the_same_words()
    {
        var genuine = Seal(Xml(Refund()), Some.ApiKey);
        var flipped = Convert.FromBase64String(genuine);
        flipped[^1] ^= 1;
        string[] texts =
        [
            Seal(Xml(Refund()), new string('k', 32)),
            Convert.ToBase64String(flipped),
            Convert.ToBase64String(Convert.FromBase64String(genuine)[..^16]),
            Convert.ToBase64String(Convert.FromBase64String(genuine)[..^1]),
            "4gS8kbcHysCW7bHqyEU0M9umdFVGKPOUBs+y0jA3Blg=",
            "no Base64 ü",
            "====",
            Seal("", Some.ApiKey),
            Seal("no xml", Some.ApiKey),
            Seal(Xml(Refund()).Replace("root", "xml", StringComparison.Ordinal), Some.ApiKey),
            Seal("<!DOCTYPE root [<!ENTITY e 'x'>]>" + Xml(Refund()), Some.ApiKey),
            Seal(Xml(Refund()).Replace("<root>", "<root><refund_fee>1</refund_fee>", StringComparison.Ordinal), Some.ApiKey),
        ];
        var refusals = texts.Select(text => Refused(Envelope(text))).ToArray();
        Assert.All(refusals, refused => Assert.Equal((RefusalReason.WrongSignature, refusals[0].Detail, null), (refused.Reason, refused.Detail, refused.PaymentNoHint)));
    }

    [Theory]
    [InlineData("out_refund_no", "")]
    [InlineData("out_trade_no", "")]
    [InlineData("refund_status", "")]
    [InlineData("refund_status", "PROCESSING")]
    [InlineData("refund_status", "success")]
    public void What_opens_and_is_no_news_of_a_refund_is_not_for_here(string name, string value) =>
        Assert.Equal(RefusalReason.NotForHere, Refused(Envelope(Refund((name, value)))).Reason);

    [Fact]
    public void X07_any_sealed_bytes_are_refused_without_an_exception() =>
        Gen.Byte.Array[0, 200].Sample(bytes => Verify(Some.Notify(Envelope(Seal(bytes, Some.ApiKey)))) is Verification.Refused, iter: 2000);

    [Fact]
    public void An_amount_that_cannot_be_read_is_no_amount() =>
        Assert.All(["0", "100.00", "-1", ""], fee => Assert.Null(Assert.Single(Assert.IsType<Verification.VerifiedRefund>(Verify(Some.Notify(Envelope(Refund(("refund_fee", fee)))))).Reports).Amount));

    public static Dictionary<string, string> Refund(params (string Name, string Value)[] changes)
    {
        var fields = new Dictionary<string, string>
        {
            ["out_refund_no"] = "R20261122000001",
            ["out_trade_no"] = Some.PaymentNo,
            ["refund_account"] = "REFUND_SOURCE_RECHARGE_FUNDS",
            ["refund_fee"] = "10000",
            ["refund_id"] = "50300000000000000000000000001",
            ["refund_recv_accout"] = "支付用户零钱",
            ["refund_request_source"] = "API",
            ["refund_status"] = "SUCCESS",
            ["settlement_refund_fee"] = "9990",
            ["settlement_total_fee"] = "36790",
            ["success_time"] = "2026-11-22 12:20:00",
            ["total_fee"] = "36800",
            ["transaction_id"] = "4200000000202611220000000001",
        };
        foreach (var (name, value) in changes)
        {
            fields[name] = value;
        }

        return fields;
    }

    public static string Envelope(Dictionary<string, string> refund, string key = Some.ApiKey, (string Name, string Value)? envelope = null) =>
        Envelope(Seal(Xml(refund), key), envelope);

    private static string Envelope(string reqInfo, (string Name, string Value)? change = null)
    {
        Dictionary<string, string> fields = new()
        {
            ["return_code"] = "SUCCESS",
            ["appid"] = Some.AppId,
            ["mch_id"] = Some.MchId,
            ["nonce_str"] = "5d2b6c2a8db53831f7eda20af46e531c",
            ["req_info"] = reqInfo,
        };
        if (change is var (name, value))
        {
            fields[name] = value;
        }

        return WeChat.Xml(fields);
    }

    private static string Xml(Dictionary<string, string> fields) =>
        "<root>\n" + string.Concat(fields.Select(f => $"<{f.Key}><![CDATA[{f.Value}]]></{f.Key}>\n")) + "</root>";

    private static string Seal(string text, string apiKey) => Seal(Encoding.UTF8.GetBytes(text), apiKey);

    private static string Seal(byte[] text, string apiKey)
    {
#pragma warning disable CA5351, CA5358 // WeChat Pay defines them.
        using var aes = Aes.Create();
        aes.Key = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(apiKey))));
        return Convert.ToBase64String(aes.EncryptEcb(text, PaddingMode.PKCS7));
#pragma warning restore CA5351, CA5358
    }
}
