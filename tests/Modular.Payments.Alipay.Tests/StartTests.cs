using System.Text;
using System.Text.Json;
using CsCheck;
using Modular.Payments.Abstractions;
using Modular.Payments.Alipay.Wire;

namespace Modular.Payments.Alipay.Tests;

public sealed class StartTests
{
    private const string Precreate = "alipay.trade.precreate";
    private const string QrNode = """{"code":"10000","msg":"Success","out_trade_no":"P20261122000001","qr_code":"https://qr.example/bax1"}""";

    [Theory]
    [InlineData(PaymentScene.Pc, "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY")]
    [InlineData(PaymentScene.Mobile, "alipay.trade.wap.pay", "QUICK_WAP_WAY")]
    public async Task A_browser_posts_a_form_whose_query_names_the_charset(PaymentScene scene, string method, string product)
    {
        var form = Assert.IsType<PaymentAction.Form>(Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(scene))).Action);

        Assert.Equal("https://openapi.alipay.com/gateway.do", form.Url.GetLeftPart(UriPartial.Path));
        var query = StubGateway.Decode(form.Url.AbsoluteUri.Split('?')[1]);
        Assert.Equal("utf-8", query["charset"]);
        Assert.Equal("utf-8", form.Charset);
        Assert.Equal(method, query["method"]);
        Assert.Equal("RSA2", query["sign_type"]);
        Assert.Equal("2026-11-22 12:30:00", query["timestamp"]);
        Assert.Equal("https://shop.example/payments/alipay/notify", query["notify_url"]);
        Assert.Equal("https://shop.example/payments/alipay/return", query["return_url"]);

        var field = Assert.Single(form.Fields);
        Assert.Equal("biz_content", field.Key);
        var terms = JsonDocument.Parse(field.Value).RootElement;
        Assert.Equal(product, terms.GetProperty("product_code").GetString());
        Assert.Equal("368.00", terms.GetProperty("total_amount").GetString());
        Assert.Equal("2026-11-22 13:00:00", terms.GetProperty("time_expire").GetString());
        Assert.Contains("预订庭院客房订单", field.Value, StringComparison.Ordinal);
        Assert.Equal(scene == PaymentScene.Mobile, terms.TryGetProperty("quit_url", out _));
    }

    [Fact]
    public async Task A_qr_code_comes_from_a_verified_answer_and_resumes_without_the_network()
    {
        var gateway = StubGateway.Signing(Precreate, QrNode);
        var started = Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(PaymentScene.Qr), gateway));
        Assert.Equal(new PaymentAction.QrCode("https://qr.example/bax1"), started.Action);
        Assert.Equal("application/x-www-form-urlencoded; charset=utf-8", Assert.Single(gateway.Calls).ContentType);
        Assert.StartsWith("biz_content=", gateway.Calls[0].Body, StringComparison.Ordinal);

        var resumed = Assert.IsType<StartAnswer.Started>(await StartAsync(Some.Start(PaymentScene.Qr) with { Resume = started.Resume }, gateway));
        Assert.Equal(started, resumed);
        Assert.Single(gateway.Calls);
    }

    [Theory]
    [InlineData("40004", "ACQ.TRADE_HAS_SUCCESS", typeof(StartAnswer.AlreadyPaid))]
    [InlineData("40004", "ACQ.CONTEXT_INCONSISTENT", typeof(StartAnswer.Rejected))]
    [InlineData("40004", "ACQ.TRADE_HAS_CLOSE", typeof(StartAnswer.Rejected))]
    [InlineData("40002", "isv.invalid-signature", typeof(StartAnswer.Rejected))]
    [InlineData("40004", "ACQ.SYSTEM_ERROR", typeof(StartAnswer.Unknown))]
    [InlineData("20000", "isp.unknow-error", typeof(StartAnswer.Unknown))]
    [InlineData("40005", "isv.app-call-limited", typeof(StartAnswer.Unknown))]
    [InlineData("99999", "", typeof(StartAnswer.Unknown))]
    public async Task Precreate_answers_mean_what_they_say(string code, string subCode, Type expected)
    {
        var gateway = StubGateway.Signing(Precreate, $$"""{"code":"{{code}}","msg":"m","sub_code":"{{subCode}}","sub_msg":"s"}""");
        Assert.IsType(expected, await StartAsync(Some.Start(PaymentScene.Qr), gateway));
    }

    [Fact]
    public async Task S16_an_unsigned_or_foreign_precreate_answer_is_unknown()
    {
        Assert.IsType<StartAnswer.Unknown>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Saying($$"""{"alipay_trade_precreate_response":{{QrNode}}}""")));
        Assert.IsType<StartAnswer.Unknown>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Signing(Precreate, QrNode, Keys.App)));
        Assert.IsType<StartAnswer.Unknown>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Signing(Precreate, QrNode.Replace("0001\"", "0002\"", StringComparison.Ordinal))));
        Assert.IsType<StartAnswer.Unknown>(await StartAsync(Some.Start(PaymentScene.Qr), StubGateway.Saying("""{"error_response":{"code":"40002","sub_code":"isv.invalid-signature"}}""")));
    }

    [Fact]
    public async Task What_alipay_never_takes_is_rejected_without_asking()
    {
        Assert.Equal("CURRENCY", Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Qr) with { Amount = new Money(100, "USD") })).Code);
        Assert.Equal("AMOUNT", Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Pc) with { Amount = Money.Cny(0) })).Code);
        Assert.Equal("SCENE", Assert.IsType<StartAnswer.Rejected>(await StartAsync(Some.Start(PaymentScene.Wechat))).Code);
    }

    [Fact]
    public void A_subject_is_cleaned_to_alipays_rules_and_never_broken() =>
        Gen.String[Gen.Char, 0, 700].Sample(
            text =>
            {
                var clean = SubjectText.Clean(text, "P1");
                return clean.Length is > 0 and <= 256
                    && Encoding.UTF8.GetByteCount(clean) <= 256
                    && clean.IndexOfAny(['/', '=', '&']) < 0
                    && !clean.Any(char.IsControl)
                    && new UTF8Encoding(false, true).GetBytes(clean).Length > 0;
            },
            iter: 2000);

    [Fact]
    public void A_subject_keeps_its_words_and_whole_characters()
    {
        Assert.Equal("a b c", SubjectText.Clean(" a/b\t=&\u0001c ", "P1"));
        Assert.Equal("P1", SubjectText.Clean("/=& \u0000", "P1"));
        Assert.Equal("ab", SubjectText.Clean("a\ud800b", "P1"));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 64)), SubjectText.Clean(string.Concat(Enumerable.Repeat("😀", 100)), "P1"));
    }

    [Fact]
    public void C10_every_fen_up_to_a_hundred_thousand_yuan_round_trips()
    {
        for (var fen = 0L; fen <= 10_000_000; fen++)
        {
            var money = Money.Cny(fen);
            if (!Money.TryParseDecimal(money.ToDecimalString(), "CNY", out var read) || read != money)
            {
                Assert.Fail($"{fen} fen became {read}.");
            }
        }
    }

    private static Task<StartAnswer> StartAsync(StartRequest request, StubGateway? gateway = null) =>
        Some.Provider(gateway: gateway).StartAsync(request, TestContext.Current.CancellationToken);
}
