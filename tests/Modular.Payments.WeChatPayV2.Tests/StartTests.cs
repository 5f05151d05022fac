using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>What is sent for an order, and what its answers mean.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData(PaymentScene.Qr, "NATIVE")]
    [InlineData(PaymentScene.Wechat, "JSAPI")]
    [InlineData(PaymentScene.Mobile, "MWEB")]
    [InlineData(PaymentScene.App, "APP")]
    public async Task An_order_carries_every_required_field_and_its_signature(PaymentScene scene, string type)
    {
        var gateway = StubGateway.Ordering();
        Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(scene), gateway));

        var call = Assert.Single(gateway.Calls);
        Assert.Equal("POST https://api.mch.weixin.qq.com/pay/unifiedorder", $"{call.Method} {call.Url}");
        Assert.Equal("text/xml; charset=utf-8", call.ContentType);
        var sent = call.Fields;
        Assert.Matches("^[0-9A-Za-z]{32}$", sent["nonce_str"]);
        Assert.Equal(WeChat.Sign(sent), sent["sign"]);

        Dictionary<string, string> expected = new()
        {
            ["appid"] = Some.AppId,
            ["mch_id"] = Some.MchId,
            ["nonce_str"] = sent["nonce_str"],
            ["sign"] = sent["sign"],
            ["sign_type"] = "HMAC-SHA256",
            ["body"] = "预订庭院客房订单",
            ["out_trade_no"] = Some.PaymentNo,
            ["fee_type"] = "CNY",
            ["total_fee"] = "36800",
            ["spbill_create_ip"] = "203.0.113.7",
            ["time_start"] = "20261122123000",
            ["time_expire"] = "20261122130000",
            ["notify_url"] = "https://shop.example/payments/wechat/notify",
            ["trade_type"] = type,
        };
        switch (scene)
        {
            case PaymentScene.Qr:
                expected["product_id"] = Some.PaymentNo;
                break;
            case PaymentScene.Wechat:
                expected["openid"] = Some.OpenId;
                break;
            case PaymentScene.Mobile:
                expected["scene_info"] = """{"h5_info":{"type":"Wap","wap_url":"https://shop.example","wap_name":"shop.example"}}""";
                break;
        }

        Assert.Equal(expected.OrderBy(f => f.Key, StringComparer.Ordinal), sent.OrderBy(f => f.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(PaymentScene.Qr)]
    [InlineData(PaymentScene.Wechat)]
    [InlineData(PaymentScene.Mobile)]
    [InlineData(PaymentScene.App)]
    public async Task Ordering_again_later_sends_the_same_terms(PaymentScene scene)
    {
        var gateway = StubGateway.Ordering();
        var time = new FakeTimeProvider(Some.Now);
        var provider = Some.Provider(gateway, time: time);
        foreach (var minutes in new[] { 0, 1, 28, 200 })
        {
            time.Advance(TimeSpan.FromMinutes(minutes));
            await provider.StartAsync(Some.Start(scene), TestContext.Current.CancellationToken);
        }

        Assert.Equal(4, gateway.Calls.Select(call => call.Fields["nonce_str"]).Distinct().Count());
        Assert.Single(gateway.Calls.Select(call => string.Join('&', call.Fields.Where(f => f.Key is not ("nonce_str" or "sign")).Select(f => $"{f.Key}={f.Value}"))).Distinct());
    }

    [Theory]
    [InlineData(0, "20261122123501")]
    [InlineData(299, "20261122123501")]
    [InlineData(301, "20261122123501")]
    [InlineData(302, "20261122123502")]
    [InlineData(7200, "20261122143000")]
    [InlineData(-60, "20261122123501")]
    public async Task T05_the_window_to_pay_is_longer_than_five_minutes_at_plus_eight(int seconds, string expected)
    {
        var gateway = StubGateway.Ordering();
        await StartAsync(Some.Start(PaymentScene.Qr) with { ExpiresAt = Some.Now.AddSeconds(seconds) }, gateway);
        Assert.Equal(expected, gateway.Calls[0].Fields["time_expire"]);
    }

    [Theory]
    [InlineData(PaymentScene.Qr, null, "127.0.0.1")]
    [InlineData(PaymentScene.Wechat, null, "127.0.0.1")]
    [InlineData(PaymentScene.App, "not an address", "127.0.0.1")]
    [InlineData(PaymentScene.Mobile, "203.0.113.7", "203.0.113.7")]
    [InlineData(PaymentScene.Mobile, "::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData(PaymentScene.Mobile, "2001:DB8::7", "2001:db8::7")]
    [InlineData(PaymentScene.Mobile, "fe80::7%3", "fe80::7")]
    public async Task The_order_names_the_shoppers_address(PaymentScene scene, string? clientIp, string expected)
    {
        var gateway = StubGateway.Ordering();
        await StartAsync(Some.Start(scene) with { ClientIp = clientIp }, gateway);
        Assert.Equal(expected, gateway.Calls[0].Fields["spbill_create_ip"]);
    }

    [Fact]
    public async Task What_wechat_never_takes_is_rejected_without_asking()
    {
        var qr = Some.Start(PaymentScene.Qr);
        var mobile = Some.Start(PaymentScene.Mobile);
        await AssertRejectedAsync("SCENE", Some.Start(PaymentScene.Pc));
        await AssertRejectedAsync("CURRENCY", qr with { Amount = new Money(100, "USD") });
        await AssertRejectedAsync("AMOUNT", qr with { Amount = Money.Cny(0) });
        await AssertRejectedAsync("AMOUNT", qr with { Amount = Money.Cny(-1) });
        await AssertRejectedAsync("AMOUNT", qr with { Amount = Money.Cny(Money.MaxMinor + 1) });
        await AssertRejectedAsync("PAYMENT_NO", qr with { PaymentNo = "P1234" });
        await AssertRejectedAsync("PAYMENT_NO", qr with { PaymentNo = new string('1', 33) });
        await AssertRejectedAsync("PAYMENT_NO", qr with { PaymentNo = "P12345&a=1" });
        await AssertRejectedAsync("NOTIFY_URL", qr with { NotifyUrl = new Uri("https://shop.example/notify?a=1") });
        await AssertRejectedAsync("NOTIFY_URL", qr with { NotifyUrl = new Uri("https://shop.example/" + new string('n', 236)) });
        await AssertRejectedAsync("CLIENT_IP", mobile with { ClientIp = null });
        await AssertRejectedAsync("CLIENT_IP", mobile with { ClientIp = "unknown" });
        await AssertRejectedAsync("SCENE_INFO", mobile with { ReturnUrl = new Uri($"https://{string.Join('.', Enumerable.Repeat(new string('a', 50), 4))}.example/return") });
        await AssertRejectedAsync("PAYER_ID", Some.Start(PaymentScene.Wechat) with { PayerId = "o<1>" });
        await AssertRejectedAsync("PAYER_ID", Some.Start(PaymentScene.Wechat) with { PayerId = new string('o', 129) });

        Assert.IsType<StartAnswer.Started>(await StartAsync(qr with { NotifyUrl = new Uri("https://shop.example/" + new string('n', 235)) }));
    }

    [Fact]
    public async Task Inside_wechat_the_payer_is_needed_and_nowhere_else()
    {
        Assert.IsType<StartAnswer.PayerNeeded>(await StartAsync(Some.Start(PaymentScene.Wechat) with { PayerId = null }, StubGateway.Silent()));
        foreach (var scene in new[] { PaymentScene.Qr, PaymentScene.Mobile, PaymentScene.App })
        {
            Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(scene) with { PayerId = null }));
        }
    }

    [Theory]
    [InlineData("ORDERPAID", typeof(StartAnswer.AlreadyPaid))]
    [InlineData("ORDER_PAID", typeof(StartAnswer.AlreadyPaid))]
    [InlineData("ORDERCLOSED", typeof(StartAnswer.Rejected))]
    [InlineData("ORDER_CLOSED", typeof(StartAnswer.Rejected))]
    [InlineData("OUT_TRADE_NO_USED", typeof(StartAnswer.Rejected))]
    [InlineData("INVALID_REQUEST", typeof(StartAnswer.Rejected))]
    [InlineData("NOAUTH", typeof(StartAnswer.Rejected))]
    [InlineData("APPID_MCHID_NOT_MATCH", typeof(StartAnswer.Rejected))]
    [InlineData("PARAM_ERROR", typeof(StartAnswer.Rejected))]
    [InlineData("SIGNERROR", typeof(StartAnswer.Rejected))]
    [InlineData("SYSTEMERROR", typeof(StartAnswer.Unknown))]
    [InlineData("SYSTEM_ERROR", typeof(StartAnswer.Unknown))]
    [InlineData("FREQUENCY_LIMITED", typeof(StartAnswer.Unknown))]
    [InlineData("SOMETHING_NEW", typeof(StartAnswer.Unknown))]
    [InlineData("orderpaid", typeof(StartAnswer.Unknown))]
    [InlineData("", typeof(StartAnswer.Unknown))]
    public async Task Signed_errors_mean_what_they_say(string code, Type expected)
    {
        var answer = await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Saying(WeChat.Failure(code)));
        Assert.IsType(expected, answer);
        if (answer is StartAnswer.Rejected rejected)
        {
            Assert.Equal(code, rejected.Code);
            Assert.Contains("说明", rejected.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_wechat_says_is_shortened_to_one_line()
    {
        var body = WeChat.Answer(("result_code", "FAIL"), ("err_code", "INVALID_REQUEST"), ("err_code_des", "a\nb" + new string('x', 5000)));
        var detail = Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Saying(body))).Detail;
        Assert.InRange(detail.Length, 300, 400);
        Assert.DoesNotContain('\n', detail);
    }

    [Fact]
    public async Task S16_an_answer_that_is_not_wechats_or_not_ours_is_unknown()
    {
        var fields = WeChat.AnswerFields(("trade_type", "NATIVE"), ("prepay_id", Some.PrepayId), ("code_url", Some.CodeUrl));
        string[] bodies =
        [
            WeChat.Xml(fields),
            WeChat.Signed(fields, key: new string('k', 32)),
            WeChat.Signed(fields, WeChat.Md5),
            WeChat.Signed(fields).Replace("bizpayurl", "bizpayurm", StringComparison.Ordinal),
            WeChat.SignatureError,
            WeChat.Signed(WeChat.AnswerFields(("return_code", "FAIL"), ("trade_type", "NATIVE"), ("code_url", Some.CodeUrl))),
            WeChat.Answer(("trade_type", "NATIVE"), ("code_url", Some.CodeUrl), ("mch_id", "1900000110")),
            WeChat.Answer(("trade_type", "NATIVE"), ("code_url", Some.CodeUrl), ("appid", "wx0000000000000000")),
            WeChat.Answer(("trade_type", "NATIVE"), ("code_url", Some.CodeUrl), ("out_trade_no", "P20261122000002")),
            WeChat.Answer(("trade_type", "APP"), ("code_url", Some.CodeUrl)),
            WeChat.Answer(("trade_type", "NATIVE")),
            WeChat.Answer(("trade_type", "NATIVE"), ("code_url", "weixin://a b")),
            WeChat.Answer(("trade_type", "NATIVE"), ("code_url", "weixin://" + new string('a', 800))),
            WeChat.Answer(("trade_type", "NATIVE"), ("code_url", Some.CodeUrl), ("result_code", "")),
            "<html><body>502</body></html>",
            "{}",
            "",
        ];
        foreach (var body in bodies)
        {
            var detail = Assert.IsType<StartAnswer.Unknown>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Saying(body))).Detail;
            Assert.DoesNotContain(Some.ApiKey, detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unsigned_signature_error_moves_nothing_and_tells_the_operator_what_to_check()
    {
        var detail = Assert.IsType<StartAnswer.Unknown>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Saying(WeChat.SignatureError))).Detail;
        Assert.Contains("签名错误", detail, StringComparison.Ordinal);
        Assert.Contains("ApiKey", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://wx.tenpay.com/pay?prepay_id=1")]
    [InlineData("weixin://wap/pay")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/relative")]
    public async Task A_browser_is_not_sent_to_a_cashier_in_the_clear(string mwebUrl) =>
        Assert.IsType<StartAnswer.Unknown>(await StartAsync(Some.Start(PaymentScene.Mobile), StubGateway.Ordering(mwebUrl)));

    [Fact]
    public void X13_a_body_is_one_clean_line_of_at_most_127_bytes() =>
        Gen.String[Gen.Char, 0, 300].Sample(
            text =>
            {
                var clean = LineText.Body(text, "P1");
                return clean.Length > 0 && new UTF8Encoding(false, true).GetByteCount(clean) <= 127
                    && XmlText.Clean(clean) == clean && clean.Trim() == clean && !clean.Any(char.IsControl);
            },
            iter: 3000);

    [Fact]
    public void X13_a_body_keeps_whole_characters()
    {
        Assert.Equal("a b", LineText.Body(" a\r\n\tb\u0001 ", "P1"));
        Assert.Equal("P1", LineText.Body("\0\ud800 ", "P1"));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 31)), LineText.Body(string.Concat(Enumerable.Repeat("😀", 40)), "P1"));
        Assert.Equal(new string('订', 42), LineText.Body(new string('订', 43), "P1"));
    }

    [Fact]
    public async Task A_subject_with_the_marks_of_xml_arrives_whole()
    {
        var gateway = StubGateway.Ordering();
        await StartAsync(Some.Start(PaymentScene.Qr) with { Subject = "<b>\"A&B\"</b> ]]> ]]]]>> &amp; 客房" }, gateway);
        Assert.Equal("<b>\"A&B\"</b> ]]> ]]]]>> &amp; 客房", gateway.Calls[0].Fields["body"]);
        Assert.Equal(WeChat.Sign(gateway.Calls[0].Fields), gateway.Calls[0].Fields["sign"]);
    }

    [Fact]
    public void The_scene_is_json_whatever_the_host_is_called() =>
        Assert.Equal("https://客房.example:8443", JsonDocument.Parse(SceneInfo.Of(new Uri("https://客房.example:8443/a"))).RootElement.GetProperty("h5_info").GetProperty("wap_url").GetString());

    private static async Task AssertRejectedAsync(string code, StartRequest request) =>
        Assert.Equal(code, Assert.IsType<StartAnswer.Rejected>(await StartAsync(request, StubGateway.Silent())).Code);

    private static Task<StartAnswer> StartAsync(StartRequest request, StubGateway? gateway = null) =>
        Some.Provider(gateway ?? StubGateway.Ordering()).StartAsync(request, TestContext.Current.CancellationToken);
}
