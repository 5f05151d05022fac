using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Testing;

namespace Modular.Doctor.Tests;

/// <summary>Messages that other people's code has signed, each with one fault.</summary>
public sealed class IndependentPartyTests
{
    [Fact]
    public async Task Of_a_notification_that_alipay_s_sdk_signed_the_fault_is_found()
    {
        var answer = await AskAsync("alipay-messages.mjs", new
        {
            ask = "notification",
            fields = AlipayCorpus.Fields(("subject", "预订 & “庭院” 客房"), ("passback_params", "a%3D1")).ToDictionary(),
            alipayPrivateKey = Keys.Private(Keys.Provider),
            alipayPublicKey = Keys.Public(Keys.Provider),
            privateKey = Keys.Private(Keys.Merchant),
        });
        Assert.True((bool)answer["accepted"]!);
        var body = (string)answer["body"]!;
        Is(Broken.Valid, body);
        Is(Causes.ExtraParameter, "s=%2Fpay%2Fnotify&" + body);
        Is(Causes.DecodedTwice, body.Replace("a%253D1", "a%3D1", StringComparison.Ordinal));
        Is(Causes.HtmlEscaped, body.Replace("%22", "%26quot%3B", StringComparison.Ordinal));
        Is("", body.Replace("total_amount=368.00", "total_amount=0.01", StringComparison.Ordinal));

        static void Is(string cause, string form) => Named(cause, Party.Named("alipay").Diagnose(new Broken("", cause, AlipayCorpus.Notify(form))));
    }

    [Theory]
    [InlineData("MD5", "utf-8")]
    [InlineData("MD5", "gbk")]
    [InlineData("RSA", "utf-8")]
    [InlineData("RSA", "gbk")]
    public async Task Of_a_notification_of_the_legacy_gateway_that_other_code_signed_the_fault_is_found(string type, string charset)
    {
        var answer = await AskAsync("alipay-direct-messages.mjs", new
        {
            ask = "notification",
            fields = AlipayDirectCorpus.Fields(("subject", "预订 & “庭院” 客房"), ("body", "\"x\"")).ToDictionary(),
            charset,
            type,
            md5Key = AlipayDirectCorpus.Settings["Key"],
            privateKey = Keys.Private(Keys.Provider),
        });
        var body = (string)answer["body"]!;
        Is(Broken.Valid, body);
        Is(Causes.ExtraParameter, "route=pay&" + body);
        Is(Causes.DecodedTwice, body.Replace("a%253D1%2526b", "a%3D1%26b", StringComparison.Ordinal));
        Is(Causes.HtmlEscaped, body.Replace("%22", "%26quot%3B", StringComparison.Ordinal));
        Is("", body.Replace("total_fee=368.00", "total_fee=0.01", StringComparison.Ordinal));

        void Is(string cause, string form)
        {
            var broken = new Broken("", cause, AlipayDirectCorpus.Notify(form)) { Changes = { ["InputCharset"] = charset } };
            foreach (var (name, value) in type == "RSA" ? AlipayDirectCorpus.RsaSettings : [])
            {
                broken.Changes[name] = value;
            }

            Named(cause, Party.Named("alipay-direct").Diagnose(broken));
        }
    }

    [Theory]
    [InlineData("axios")]
    [InlineData("tenpay")]
    public async Task Of_a_notification_that_a_library_for_v2_signed_the_fault_is_found(string library)
    {
        var fields = WeChatPayV2Corpus.Fields(("attach", "A&B")).ToDictionary();
        var hmac = (string)(await AskAsync("wechatpay-v2-messages.mjs", new { ask = "message", fields, type = "HMAC-SHA256", key = WeChatPayV2Corpus.ApiKey }))[library]!;
        var md5 = (string)(await AskAsync("wechatpay-v2-messages.mjs", new { ask = "message", fields, type = "MD5", key = WeChatPayV2Corpus.ApiKey }))[library]!;
        Is(Broken.Valid, hmac);
        Is(Causes.Md5InsteadOfHmac, md5);
        Is(Causes.ExtraParameter, hmac.Replace("</xml>", "<merchant_id>7</merchant_id></xml>", StringComparison.Ordinal));
        Is(Causes.Truncated, hmac[..(hmac.Length / 2)]);
        Is("", hmac.Replace("36800", "1", StringComparison.Ordinal));

        static void Is(string cause, string xml) => Named(cause, Party.Named("wechatpay-v2").Diagnose(new Broken("", cause, WeChatPayV2Corpus.Notify(xml))));
    }

    [Fact]
    public async Task Of_a_notification_that_a_library_for_v3_signed_the_fault_is_found()
    {
        var timestamp = Party.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var answer = await AskAsync("wechatpay-v3-messages.mjs", new
        {
            ask = "notification",
            content = """{"mchid":"1900007291","appid":"wx2421b1c4370ec43b","out_trade_no":"P1","transaction_id":"42","trade_state":"SUCCESS","success_time":"2026-11-22T12:29:59+08:00","amount":{"total":1,"currency":"CNY"}}""",
            associatedData = "transaction",
            nonce = "fdasfjihihih",
            key = WeChatPayCorpus.Settings["ApiV3Key"],
            timestamp,
            signatureNonce = "d824f2e086d3c1df967785d13fcd22ef",
            platformKey = Keys.Private(Keys.Provider),
            certificate = Keys.MerchantCertificate.ExportCertificatePem(),
            privateKey = Keys.Private(Keys.Merchant),
        });
        var body = (string)answer["body"]!;
        var signature = (string)answer["signature"]!;
        Is(Broken.Valid, body);
        Is(Causes.BodyReserialized, JsonNode.Parse(body)!.ToJsonString());
        Is(Causes.BodyNewlines, body + "\n");
        Is(Causes.BodyBom, "\uFEFF" + body);
        Is("", body.Replace("TRANSACTION", "REFUND", StringComparison.Ordinal));

        void Is(string cause, string arrived)
        {
            var bytes = Encoding.UTF8.GetBytes(arrived);
            Named(cause, Party.Named("wechatpay").Diagnose(new Broken("", cause, new RawRequest("POST", "", WeChatPayCorpus.Headers(bytes, signature: signature), bytes))));
        }
    }

    private static void Named(string cause, Diagnosis diagnosis) => Assert.Equal(cause, diagnosis.IsValid ? Broken.Valid : diagnosis.Cause ?? "");

    private static Task<JsonNode> AskAsync(string script, object question) => IndependentParty.AskAsync(script, question, TestContext.Current.CancellationToken);
}
