using System.Text;
using System.Text.Json.Nodes;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>Asking for refunds and asking about them.</summary>
public sealed class RefundTests
{
    private const string NotExist = """{"code":"RESOURCE_NOT_EXISTS","message":"退款单不存在"}""";

    [Fact]
    public async Task The_terms_are_sent_in_the_words_of_the_protocol_and_are_the_same_every_time()
    {
        var gateway = StubGateway.Signing(Some.Refund("PROCESSING"));
        var provider = (IRefundingProvider)Some.Provider(gateway: gateway);
        var request = Some.RefundRequest();
        await provider.RefundAsync(request, TestContext.Current.CancellationToken);
        await provider.RefundAsync(request with { Payment = Some.Reference() with { ProviderTradeNo = "4200001234202611220000000001" } }, TestContext.Current.CancellationToken);

        var call = gateway.Calls[0];
        Assert.Equal("POST", call.Method);
        Assert.Equal("https://api.mch.weixin.qq.com/v3/refund/domestic/refunds", call.Url.AbsoluteUri);
        Assert.Equal(
            """{"out_trade_no":"P20261122000001","out_refund_no":"R20261122000001","reason":"客房已满","notify_url":"https://shop.example/payments/wechat/notify","amount":{"refund":800,"total":36800,"currency":"CNY"}}""",
            call.Body);
        Assert.Equal(call.Body, gateway.Calls[1].Body);
    }

    [Theory]
    [InlineData("PROCESSING", RefundState.Processing)]
    [InlineData("SUCCESS", RefundState.Succeeded)]
    [InlineData("CLOSED", RefundState.Failed)]
    [InlineData("ABNORMAL", RefundState.Abnormal)]
    public async Task Accepted_is_not_done_and_a_query_says_the_same_as_the_request(string status, RefundState expected)
    {
        var gateway = StubGateway.Signing(Some.Refund(status));
        foreach (var answer in new[] { await RefundAsync(gateway), await QueryAsync(gateway) })
        {
            var report = Assert.IsType<RefundAnswer.Known>(answer).Report;
            Assert.Equal(expected, report.State);
            Assert.Equal(("R20261122000001", Some.PaymentNo), (report.RefundNo, report.PaymentNo));
            Assert.Equal(Money.Cny(800), report.Amount);
            Assert.Equal("50000000382019052709732678859", report.ProviderRefundNo);
            Assert.Equal(new DateTimeOffset(2026, 11, 22, 4, 29, 59, TimeSpan.Zero), report.RefundedAt);
            Assert.Equal(status, report.ProviderState);
        }

        Assert.Equal("https://api.mch.weixin.qq.com/v3/refund/domestic/refunds/R20261122000001", gateway.Calls[1].Url.AbsoluteUri);
    }

    [Theory]
    [InlineData("NOT_ENOUGH", 403, true, "top it up")]
    [InlineData("USER_ACCOUNT_ABNORMAL", 403, false, "another way")]
    [InlineData("INVALID_REQUEST", 400, false, "older than a year")]
    [InlineData("MCH_NOT_EXISTS", 404, false, "check MchId")]
    [InlineData("RESOURCE_NOT_EXISTS", 404, false, "no payment of this number")]
    [InlineData("PARAM_ERROR", 400, false, "PARAM_ERROR")]
    [InlineData("BRAND_NEW_CODE", 400, false, "BRAND_NEW_CODE")]
    public async Task A_signed_refusal_of_a_refund_that_does_not_exist_is_a_rejection(string code, int status, bool mayRetry, string said)
    {
        var rejected = Assert.IsType<RefundAnswer.Rejected>(await RefundAsync(Refusing(code, status, NotExist, 404)));
        Assert.Equal((code, mayRetry), (rejected.Code, rejected.MayRetry));
        Assert.Contains(said, rejected.Detail, StringComparison.Ordinal);
        Assert.EndsWith(".", rejected.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F03_a_refusal_of_a_repetition_is_not_believed_of_a_refund_that_exists()
    {
        Assert.Equal(RefundState.Processing, Assert.IsType<RefundAnswer.Known>(await RefundAsync(Refusing("INVALID_REQUEST", 400, Some.Refund("PROCESSING"), 200))).Report.State);
        Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(Refusing("INVALID_REQUEST", 400, """{"code":"SYSTEM_ERROR"}""", 500)));
    }

    [Theory]
    [InlineData("SYSTEM_ERROR", 500)]
    [InlineData("FREQUENCY_LIMITED", 429)]
    [InlineData("FREQUENCY_LIMITED", 403)]
    [InlineData("SERVICE_UNAVAILABLE", 503)]
    [InlineData("NOT_ENOUGH", 502)]
    public async Task F09_an_answer_that_says_later_is_unknown(string code, int status) =>
        AssertUnknown(await RefundAsync(StubGateway.Signing($$"""{"code":"{{code}}","message":"m"}""", status)));

    [Fact]
    public async Task S16_what_is_not_signed_is_unknown()
    {
        AssertUnknown(await RefundAsync(StubGateway.Saying(Some.Refund("SUCCESS"))));
        AssertUnknown(await RefundAsync(StubGateway.Signing(Some.Refund("SUCCESS"), key: Keys.Merchant)));
        AssertUnknown(await RefundAsync(StubGateway.Saying("""{"code":"INVALID_REQUEST","message":"m"}""", 400)));
        AssertUnknown(await RefundAsync(StubGateway.Saying("""{"code":"SIGN_ERROR","message":"m"}""", 401)));
        AssertUnknown(await RefundAsync(StubGateway.Saying("<html>", 200)));
        AssertUnknown(await QueryAsync(StubGateway.Saying(NotExist, 404)));
        AssertUnknown(await QueryAsync(StubGateway.Signing(NotExist, 404, at: Keys.Now.AddMinutes(6))));
        AssertUnknown(await QueryAsync(StubGateway.Saying(Some.Refund("SUCCESS"))));
    }

    [Fact]
    public async Task A_signed_not_exist_is_not_found()
    {
        var report = Assert.IsType<RefundAnswer.Known>(await QueryAsync(StubGateway.Signing(NotExist, 404))).Report;
        Assert.Equal((RefundState.NotFound, "R20261122000001"), (report.State, report.RefundNo));
        AssertUnknown(await QueryAsync(StubGateway.Signing("""{"code":"MCH_NOT_EXISTS","message":"m"}""", 404)));
    }

    [Theory]
    [InlineData("\"status\":\"SUCCESS\"", "\"status\":\"TELEPATHY\"")]
    [InlineData("\"status\":\"SUCCESS\"", "\"refund_status\":\"SUCCESS\"")]
    [InlineData("R20261122000001", "R20261122000002")]
    [InlineData("P20261122000001", "P20261122000002")]
    [InlineData("\"channel\":\"ORIGINAL\"", "\"status\":\"SUCCESS\"")]
    public async Task An_answer_that_is_about_something_else_or_has_no_single_meaning_is_unknown(string what, string instead)
    {
        var body = Some.Refund("SUCCESS").Replace(what, instead, StringComparison.Ordinal);
        AssertUnknown(await RefundAsync(StubGateway.Signing(body)));
        AssertUnknown(await QueryAsync(StubGateway.Signing(body)));
    }

    [Theory]
    [InlineData("""{"refund":"800","currency":"CNY"}""")]
    [InlineData("""{"refund":8.00,"currency":"CNY"}""")]
    [InlineData("""{"refund":-1,"currency":"CNY"}""")]
    [InlineData("""{"refund":99999999999999999999,"currency":"CNY"}""")]
    [InlineData("""{"refund":800,"currency":null}""")]
    [InlineData("""{"payer_refund":800,"currency":"CNY"}""")]
    public async Task An_amount_that_cannot_be_read_is_left_open(string amount) =>
        Assert.Null(Assert.IsType<RefundAnswer.Known>(await QueryAsync(StubGateway.Signing(Some.Refund("SUCCESS", amount)))).Report.Amount);

    [Fact]
    public async Task What_wechat_pay_never_takes_is_rejected_without_asking_it()
    {
        var gateway = StubGateway.Signing(Some.Refund("SUCCESS"));
        foreach (var request in new[]
        {
            Some.RefundRequest() with { Amount = new Money(800, "USD") },
            Some.RefundRequest() with { Amount = Money.Cny(0) },
            Some.RefundRequest() with { Amount = Money.Cny(36801) },
        })
        {
            Assert.False(Assert.IsType<RefundAnswer.Rejected>(await RefundAsync(gateway, request)).MayRetry);
        }

        Assert.Empty(gateway.Calls);
    }

    [Fact]
    public void The_limits_are_those_of_the_documentation() =>
        Assert.Equal(new RefundLimits(50, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)), ((IRefundingProvider)Door.Provider).RefundLimits);

    [Fact]
    public async Task X13_a_reason_is_cut_to_eighty_bytes_between_characters_and_left_out_when_empty()
    {
        Assert.Equal(78, Encoding.UTF8.GetByteCount(await ReasonAsync(new string('房', 40)) ?? ""));
        Assert.Equal("a b", await ReasonAsync(" a\r\n\u0001b\u0000 "));
        Assert.Null(await ReasonAsync(" \u0000 "));
    }

    private static async Task<string?> ReasonAsync(string reason)
    {
        var gateway = StubGateway.Signing(Some.Refund("PROCESSING"));
        await RefundAsync(gateway, Some.RefundRequest() with { Reason = reason });
        return (string?)JsonNode.Parse(gateway.Calls[0].Body)!["reason"];
    }

    /// <summary>Refuses the request, and answers the question that follows.</summary>
    private static StubGateway Refusing(string code, int status, string answer, int answerStatus) => new(call =>
    {
        var (body, said) = call.Method == "POST" ? ($$"""{"code":"{{code}}","message":"m"}""", status) : (answer, answerStatus);
        return StubGateway.Answer(body, said, Some.Signed(body));
    });

    private static void AssertUnknown(RefundAnswer answer) =>
        Assert.EndsWith(".", Assert.IsType<RefundAnswer.Unknown>(answer).Detail, StringComparison.Ordinal);

    private static Task<RefundAnswer> RefundAsync(StubGateway gateway, RefundRequest? request = null) =>
        ((IRefundingProvider)Some.Provider(gateway: gateway)).RefundAsync(request ?? Some.RefundRequest(), TestContext.Current.CancellationToken);

    private static Task<RefundAnswer> QueryAsync(StubGateway gateway) =>
        ((IRefundingProvider)Some.Provider(gateway: gateway)).QueryRefundAsync(Some.RefundRequest().Reference, TestContext.Current.CancellationToken);
}
