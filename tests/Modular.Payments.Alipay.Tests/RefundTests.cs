using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Tests;

public sealed class RefundTests
{
    private const string Refund = "alipay.trade.refund";
    private const string Query = "alipay.trade.fastpay.refund.query";
    private const string RefundNo = "R20261122000001";
    private static readonly DateTimeOffset At = new(2026, 11, 22, 4, 40, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_refund_names_its_payment_its_number_and_its_amount()
    {
        var gateway = StubGateway.Signing(Refund, Done("Y"));
        var report = Assert.IsType<RefundAnswer.Known>(await RefundAsync(gateway)).Report;
        Assert.Equal((RefundState.Succeeded, RefundNo, Some.PaymentNo, Money.Cny(16800), At), (report.State, report.RefundNo, report.PaymentNo, report.Amount, report.RefundedAt));
        Assert.Equal(new ProviderAccount(null, null), report.Account);

        var sent = Assert.Single(gateway.Calls).Parameters;
        Assert.Equal(Refund, sent["method"]);
        var terms = JsonDocument.Parse(sent["biz_content"]).RootElement;
        Assert.Equal(
            (Some.PaymentNo, "168.00", RefundNo, "shopper 改期了"),
            (terms.GetProperty("out_trade_no").GetString(), terms.GetProperty("refund_amount").GetString(), terms.GetProperty("out_request_no").GetString(), terms.GetProperty("refund_reason").GetString()));
    }

    [Theory]
    [InlineData("N")]
    [InlineData("")]
    [InlineData("y")]
    public async Task An_accepted_refund_whose_money_has_not_moved_is_processing(string fundChange)
    {
        var report = Assert.IsType<RefundAnswer.Known>(await RefundAsync(StubGateway.Signing(Refund, Done(fundChange)))).Report;
        Assert.Equal((RefundState.Processing, null, null), (report.State, report.Amount, report.RefundedAt));
    }

    [Theory]
    [InlineData("100.00")]
    [InlineData("368.01")]
    public async Task A_sum_that_does_not_fit_the_refund_is_unknown(string sum) =>
        Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(StubGateway.Signing(Refund, Done("Y", sum))));

    [Theory]
    [InlineData("ACQ.SELLER_BALANCE_NOT_ENOUGH", true)]
    [InlineData("ACQ.REASON_TRADE_BEEN_FREEZEN", true)]
    [InlineData("ACQ.ACCESS_FORBIDDEN", true)]
    [InlineData("ACQ.DISCORDANT_REPEAT_REQUEST", false)]
    [InlineData("ACQ.TRADE_HAS_FINISHED", false)]
    [InlineData("TRADE_HAS_FINISHED", false)]
    [InlineData("ACQ.TRADE_HAS_CLOSE", false)]
    [InlineData("ACQ.TRADE_NOT_EXIST", false)]
    [InlineData("ACQ.TRADE_STATUS_ERROR", false)]
    [InlineData("ACQ.REASON_TRADE_REFUND_FEE_ERR", false)]
    [InlineData("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", false)]
    [InlineData("ACQ.REFUND_FEE_ERROR", false)]
    [InlineData("ACQ.TRADE_NOT_ALLOW_REFUND", false)]
    [InlineData("ACQ.BUYER_NOT_EXIST", false)]
    [InlineData("ACQ.BUYER_ENABLE_STATUS_FORBID", false)]
    [InlineData("ACQ.REASON_TRADE_STATUS_INVALID", false)]
    [InlineData("ACQ.NOT_ALLOW_PARTIAL_REFUND", false)]
    [InlineData("ACQ.BUYER_ERROR", false)]
    [InlineData("ACQ.CURRENCY_NOT_SUPPORT", false)]
    [InlineData("ACQ.ALLOC_AMOUNT_VALIDATE_ERROR", true)]
    [InlineData("ACQ.USER_NOT_MATCH_ERR", false)]
    [InlineData("ACQ.TRADE_SETTLE_ERROR", false)]
    [InlineData("ACQ.REFUND_CHARGE_ERROR", false)]
    [InlineData("ACQ.CUSTOMER_VALIDATE_ERROR", true)]
    [InlineData("ACQ.REFUND_ACCOUNT_NOT_EXIST", true)]
    [InlineData("ACQ.INVALID_PARAMETER", false)]
    public async Task A_refusal_says_what_is_wrong_and_whether_a_person_can_mend_it(string code, bool mayRetry)
    {
        var node = $$"""{"code":"40004","msg":"Business Failed","sub_code":"{{code}}","sub_msg":"-","refund_fee":"0.00","send_back_fee":"0.00"}""";
        var rejected = Assert.IsType<RefundAnswer.Rejected>(await RefundAsync(StubGateway.Signing(Refund, node)));
        Assert.Equal((code, mayRetry), (rejected.Code, rejected.MayRetry));
        Assert.Contains(code, rejected.Detail, StringComparison.Ordinal);
        Assert.EndsWith(".", rejected.Detail, StringComparison.Ordinal);

        Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(StubGateway.Saying($$"""{"alipay_trade_refund_response":{{node}}}""")));
    }

    [Theory]
    [InlineData("""{"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error"}""")]
    [InlineData("""{"code":"40004","sub_code":"ACQ.SYSTEM_ERROR"}""")]
    [InlineData("""{"code":"40004","sub_code":"AQC.SYSTEM_ERROR"}""")]
    [InlineData("""{"code":"40004","sub_code":"ACQ.A_CODE_OF_NEXT_YEAR"}""")]
    [InlineData("""{"code":"40004"}""")]
    [InlineData("""{"code":"40005","sub_code":"isv.app-call-limited"}""")]
    [InlineData("""{"code":"10000","msg":"Success"}""")]
    [InlineData("""{"code":"10000","out_trade_no":"P20261122000002","fund_change":"Y","refund_fee":"168.00"}""")]
    [InlineData("""{"code":"40004","sub_code":"ACQ.TRADE_HAS_FINISHED","out_trade_no":"P20261122000002"}""")]
    public async Task What_settles_nothing_is_unknown(string node) =>
        Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(StubGateway.Signing(Refund, node)));

    [Theory]
    [InlineData("""{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-signature"}""", "isv.invalid-signature")]
    [InlineData("""{"code":"40006","msg":"Insufficient Permissions","sub_code":"isv.insufficient-isv-permissions"}""", "isv.insufficient-isv-permissions")]
    public async Task A_request_that_was_not_looked_at_may_be_sent_again(string node, string code)
    {
        var rejected = Assert.IsType<RefundAnswer.Rejected>(await RefundAsync(StubGateway.Signing(Refund, node)));
        Assert.Equal((code, true), (rejected.Code, rejected.MayRetry));
    }

    [Fact]
    public async Task Refunds_of_nothing_of_too_much_and_of_dollars_are_not_sent()
    {
        foreach (var amount in new[] { Money.Cny(0), Money.Cny(-1), Money.Cny(36801), new Money(100, "USD") })
        {
            var gateway = StubGateway.Signing(Refund, Done("Y"));
            Assert.IsType<RefundAnswer.Rejected>(await RefundAsync(gateway, amount));
            Assert.Empty(gateway.Calls);
        }
    }

    [Fact]
    public async Task A_refund_is_done_when_the_query_says_so_and_of_the_amount_that_it_names()
    {
        var gateway = StubGateway.Signing(Query, Found("\"refund_status\":\"REFUND_SUCCESS\",\"gmt_refund_pay\":\"2026-11-22 12:40:00\","));
        var report = Assert.IsType<RefundAnswer.Known>(await QueryAsync(gateway)).Report;
        Assert.Equal((RefundState.Succeeded, RefundNo, Some.PaymentNo, Money.Cny(16800), At, "REFUND_SUCCESS"), (report.State, report.RefundNo, report.PaymentNo, report.Amount, report.RefundedAt, report.ProviderState));
        Assert.Equal($$"""{"out_trade_no":"{{Some.PaymentNo}}","out_request_no":"{{RefundNo}}","query_options":["gmt_refund_pay"]}""", Assert.Single(gateway.Calls).Parameters["biz_content"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"refund_status\":\"\",")]
    [InlineData("\"refund_status\":\"REFUND_PROCESSING\",")]
    [InlineData("\"refund_status\":\"refund_success\",")]
    public async Task Any_other_word_is_processing(string status) =>
        Assert.Equal(RefundState.Processing, Assert.IsType<RefundAnswer.Known>(await QueryAsync(StubGateway.Signing(Query, Found(status)))).Report.State);

    [Theory]
    [InlineData("""{"code":"10000","msg":"Success"}""")]
    [InlineData("""{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}""")]
    [InlineData("""{"code":"40004","sub_code":"TRADE_NOT_EXIST"}""")]
    public async Task A_refund_that_alipay_does_not_know_is_not_found_and_only_when_signed(string node)
    {
        Assert.Equal(RefundState.NotFound, Assert.IsType<RefundAnswer.Known>(await QueryAsync(StubGateway.Signing(Query, node))).Report.State);
        Assert.IsType<RefundAnswer.Unknown>(await QueryAsync(StubGateway.Saying($$"""{"alipay_trade_fastpay_refund_query_response":{{node}}}""")));
    }

    [Theory]
    [InlineData("""{"code":"20000","msg":"Service Currently Unavailable"}""")]
    [InlineData("""{"code":"40004","sub_code":"ACQ.SYSTEM_ERROR"}""")]
    [InlineData("""{"code":"40004","sub_code":"ACQ.INVALID_PARAMETER"}""")]
    [InlineData("""{"code":"10000","msg":"Success","refund_status":"REFUND_SUCCESS"}""")]
    [InlineData("""{"code":"10000","out_trade_no":"P20261122000002","out_request_no":"R20261122000001","refund_status":"REFUND_SUCCESS","refund_amount":"168.00"}""")]
    [InlineData("""{"code":"10000","out_trade_no":"P20261122000001","out_request_no":"R20261122000002","refund_status":"REFUND_SUCCESS","refund_amount":"168.00"}""")]
    [InlineData("""{"code":"10000","out_trade_no":"P20261122000001","refund_status":"REFUND_SUCCESS","refund_amount":"168.00"}""")]
    public async Task A_query_that_settles_nothing_is_unknown(string node) =>
        Assert.IsType<RefundAnswer.Unknown>(await QueryAsync(StubGateway.Signing(Query, node)));

    [Fact]
    public async Task A_notification_of_a_partial_refund_names_the_refund_and_the_paid_payment()
    {
        var refund = Assert.IsType<Verification.VerifiedRefund>(await NotifiedAsync());
        var report = Assert.Single(refund.Reports);
        Assert.Equal((RefundNo, Some.PaymentNo, RefundState.Succeeded, null), (report.RefundNo, report.PaymentNo, report.State, report.Amount));
        Assert.Equal(new ProviderAccount(Some.SellerId, Some.AppId), report.Account);
        Assert.Equal(At.AddMilliseconds(123), report.RefundedAt);
        Assert.Equal((ReportedState.Paid, Money.Cny(36800)), (refund.Payment!.State, refund.Payment.Amount));
    }

    [Fact]
    public async Task R07_a_notification_of_a_full_refund_names_the_refund_and_a_closed_payment()
    {
        var refund = Assert.IsType<Verification.VerifiedRefund>(await NotifiedAsync(("trade_status", "TRADE_CLOSED"), ("refund_fee", "368.00"), ("gmt_close", "2026-11-22 12:40:00")));
        Assert.Equal(RefundNo, Assert.Single(refund.Reports).RefundNo);
        Assert.Equal(ReportedState.Closed, refund.Payment!.State);
    }

    [Fact]
    public async Task A_refund_without_its_number_is_news_of_the_payment_alone()
    {
        Assert.IsType<Verification.Verified>(await NotifiedAsync(("out_biz_no", "")));
        Assert.IsType<Verification.Verified>(await Door.VerifyAsync(Some.Notify(Some.SignedBody(Some.Notification(("refund_fee", "368.00"))))));
        Assert.IsType<Verification.Verified>(await Door.VerifyAsync(Some.Notify(Some.SignedBody(Some.Notification(("out_biz_no", RefundNo))))));
    }

    [Fact]
    public async Task A_refunds_notification_is_believed_only_when_alipay_signed_it()
    {
        var fields = Notification();
        var forged = Some.SignedBody(fields).Replace(RefundNo, "R20261122000002", StringComparison.Ordinal);
        Assert.Equal(RefusalReason.WrongSignature, (await Door.RefusedAsync(forged)).Reason);
        Assert.Equal(RefusalReason.Malformed, (await Door.RefusedAsync(Some.SignedBody(Notification(("out_biz_no", "R\0"))))).Reason);
        Assert.Equal(RefusalReason.Malformed, (await Door.RefusedAsync(Some.SignedBody(Notification(("out_biz_no", new string('R', 600)))))).Reason);
    }

    private static string Done(string fundChange, string sum = "168.00") =>
        $$"""{"code":"10000","msg":"Success","out_trade_no":"{{Some.PaymentNo}}","trade_no":"2026112222001400000000000001","fund_change":"{{fundChange}}","refund_fee":"{{sum}}","gmt_refund_pay":"2026-11-22 12:40:00"}""";

    private static string Found(string more) =>
        $$"""{"code":"10000","msg":"Success",{{more}}"out_trade_no":"{{Some.PaymentNo}}","out_request_no":"{{RefundNo}}","total_amount":"368.00","refund_amount":"168.00"}""";

    private static SortedDictionary<string, string> Notification(params (string Name, string Value)[] changes) =>
        Some.Notification([("out_biz_no", RefundNo), ("refund_fee", "168.00"), ("gmt_refund", "2026-11-22 12:40:00.123"), .. changes]);

    private static Task<Verification> NotifiedAsync(params (string Name, string Value)[] changes) =>
        Door.VerifyAsync(Some.Notify(Some.SignedBody(Notification(changes))));

    private static Task<RefundAnswer> RefundAsync(StubGateway gateway, Money? amount = null) =>
        ((IRefundingProvider)Some.Provider(gateway: gateway)).RefundAsync(Request(amount ?? Money.Cny(16800)), TestContext.Current.CancellationToken);

    private static Task<RefundAnswer> QueryAsync(StubGateway gateway) =>
        ((IRefundingProvider)Some.Provider(gateway: gateway)).QueryRefundAsync(Request(Money.Cny(16800)).Reference, TestContext.Current.CancellationToken);

    private static RefundRequest Request(Money amount) => new()
    {
        RefundNo = RefundNo,
        Payment = Some.Reference(),
        PaymentAmount = Money.Cny(36800),
        Amount = amount,
        Reason = "shopper &\n改期了",
        NotifyUrl = new Uri("https://shop.example/payments/alipay/notify"),
        CreatedAt = Keys.Now,
    };
}
