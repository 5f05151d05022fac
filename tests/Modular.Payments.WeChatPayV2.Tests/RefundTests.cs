using System.Net;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

public sealed class RefundTests
{
    private const string RefundNo = "R20261122000001";
    private static readonly string P12 = Create();

    [Fact]
    public async Task A_refund_goes_over_the_client_with_the_certificate_and_names_the_frozen_terms()
    {
        var certified = StubGateway.Saying(Accepted());
        await RefundAsync(certified, StubGateway.Silent(), Request() with { Payment = Some.Reference() with { ProviderTradeNo = "4200000000202611220000000001" } });
        var call = Assert.Single(certified.Calls);
        Assert.Equal("POST https://api.mch.weixin.qq.com/secapi/pay/refund", $"{call.Method} {call.Url}");
        Assert.Equal(
            ["appid", "mch_id", "nonce_str", "notify_url", "out_refund_no", "out_trade_no", "refund_desc", "refund_fee", "refund_fee_type", "sign", "sign_type", "total_fee"],
            call.Fields.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("36800", "10000", "CNY"), (call.Fields["total_fee"], call.Fields["refund_fee"], call.Fields["refund_fee_type"]));
        Assert.Equal((Some.PaymentNo, RefundNo), (call.Fields["out_trade_no"], call.Fields["out_refund_no"]));
        Assert.Equal("https://shop.example/payments/wechat/notify", call.Fields["notify_url"]);
        Assert.Equal(WeChat.Sign(call.Fields), call.Fields["sign"]);
    }

    [Theory]
    [InlineData(null, null, "https://api.mch.weixin.qq.com/secapi/pay/refund")]
    [InlineData("http://127.0.0.1:5090", null, "http://127.0.0.1:5090/secapi/pay/refund")]
    [InlineData("http://127.0.0.1:5090", "https://127.0.0.1:5091/", "https://127.0.0.1:5091/secapi/pay/refund")]
    public async Task Refunds_go_to_their_own_address_where_there_is_one(string? baseUrl, string? refundBaseUrl, string expected)
    {
        var certified = StubGateway.Saying(Accepted());
        await RefundAsync(certified, StubGateway.Silent(), Request(), ("BaseUrl", baseUrl), ("RefundBaseUrl", refundBaseUrl));
        Assert.Equal(expected, Assert.Single(certified.Calls).Url.AbsoluteUri);
    }

    [Fact]
    public async Task F01_accepted_is_not_done()
    {
        var report = Assert.IsType<RefundAnswer.Known>(await RefundAsync(StubGateway.Saying(Accepted()), StubGateway.Silent(), Request())).Report;
        Assert.Equal((RefundNo, Some.PaymentNo, RefundState.Processing, Money.Cny(10000)), (report.RefundNo, report.PaymentNo, report.State, report.Amount));
        Assert.Equal(("50300000000000000000000000001", new ProviderAccount(Some.MchId, Some.AppId)), (report.ProviderRefundNo, report.Account));
        Assert.Null(report.RefundedAt);
    }

    [Theory]
    [InlineData("out_refund_no", "R2")]
    [InlineData("out_refund_no", "")]
    [InlineData("out_trade_no", "P2")]
    [InlineData("out_trade_no", "")]
    public async Task An_acceptance_of_something_else_is_unknown(string name, string value) =>
        Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(StubGateway.Saying(Accepted((name, value))), StubGateway.Silent(), Request()));

    [Theory]
    [InlineData("NOTENOUGH", true)]
    [InlineData("NOT_ENOUGH", true)]
    [InlineData("CERT_ERROR", true)]
    [InlineData("TRADE_OVERDUE", false)]
    [InlineData("ERROR", false)]
    [InlineData("USER_ACCOUNT_ABNORMAL", false)]
    [InlineData("REFUND_FEE_MISMATCH", false)]
    [InlineData("INVALID_REQUEST", false)]
    [InlineData("INVALID_TRANSACTIONID", false)]
    [InlineData("ORDERNOTEXIST", false)]
    [InlineData("PARAM_ERROR", false)]
    public async Task A_signed_refusal_of_a_number_that_does_not_exist_is_a_refusal(string code, bool mayRetry)
    {
        var rejected = Assert.IsType<RefundAnswer.Rejected>(await RefundAsync(StubGateway.Saying(WeChat.Failure(code)), StubGateway.Saying(WeChat.Failure("REFUNDNOTEXIST")), Request()));
        Assert.Equal((code, mayRetry), (rejected.Code, rejected.MayRetry));
        Assert.Contains(code, rejected.Detail, StringComparison.Ordinal);
        Assert.EndsWith(".", rejected.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SYSTEMERROR")]
    [InlineData("BIZERR_NEED_RETRY")]
    [InlineData("FREQUENCY_LIMITED")]
    [InlineData("INVALID_REQ_TOO_MUCH")]
    [InlineData("ORDER_NOT_READY")]
    [InlineData("SOMETHING_NEW")]
    public async Task F04_a_refusal_that_may_have_moved_money_is_unknown(string code) =>
        Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(StubGateway.Saying(WeChat.Failure(code)), StubGateway.Silent(), Request()));

    [Fact]
    public async Task F04_a_refusal_of_a_number_that_exists_all_the_same_is_the_refund_as_it_stands()
    {
        var answer = await RefundAsync(StubGateway.Saying(WeChat.Failure("ERROR")), StubGateway.Saying(Told("SUCCESS")), Request());
        Assert.Equal(RefundState.Succeeded, Assert.IsType<RefundAnswer.Known>(answer).Report.State);
    }

    [Fact]
    public async Task F04_a_refusal_after_which_nobody_says_whether_the_number_exists_is_unknown() =>
        Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(StubGateway.Saying(WeChat.Failure("ERROR")), StubGateway.Saying("", HttpStatusCode.BadGateway), Request()));

    [Fact]
    public async Task Unsigned_and_forged_answers_prove_nothing()
    {
        string[] answers =
        [
            WeChat.SignatureError,
            "<xml><return_code>FAIL</return_code><return_msg>证书出错，请登录微信支付商户平台下载证书</return_msg></xml>",
            WeChat.Signed(WeChat.AnswerFields(("out_refund_no", RefundNo), ("out_trade_no", Some.PaymentNo)), key: new string('k', 32)),
            WeChat.Signed(WeChat.AnswerFields(("result_code", "FAIL"), ("err_code", "ERROR")), key: new string('k', 32)),
            "",
        ];
        foreach (var body in answers)
        {
            Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(StubGateway.Saying(body), StubGateway.Silent(), Request()));
        }

        var certificate = Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(StubGateway.Saying(answers[1]), StubGateway.Silent(), Request()));
        Assert.Contains("ClientCertificate", certificate.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_certificate_nothing_is_sent_and_the_operator_reads_what_to_set()
    {
        var plain = StubGateway.Saying(WeChat.Failure("REFUNDNOTEXIST"));
        var rejected = Assert.IsType<RefundAnswer.Rejected>(await Some.Provider(plain).RefundAsync(Request(), TestContext.Current.CancellationToken));
        Assert.True(rejected.MayRetry);
        Assert.Contains("set ClientCertificate", rejected.Detail, StringComparison.Ordinal);
        Assert.Equal("/pay/refundquery", Assert.Single(plain.Calls).Url.AbsolutePath);
    }

    [Theory]
    [InlineData("USD", 10000, "CURRENCY")]
    [InlineData("CNY", 0, "AMOUNT")]
    [InlineData("CNY", 36801, "AMOUNT")]
    public async Task What_is_never_given_back_is_refused_without_asking(string currency, long fen, string code)
    {
        var answer = await RefundAsync(StubGateway.Silent(), StubGateway.Silent(), Request() with { Amount = new Money(fen, currency) });
        Assert.Equal((code, false), (Assert.IsType<RefundAnswer.Rejected>(answer).Code, ((RefundAnswer.Rejected)answer).MayRetry));
    }

    [Fact]
    public async Task F08_a_reason_is_made_fit_for_the_shopper()
    {
        var certified = StubGateway.Saying(Accepted());
        await RefundAsync(certified, StubGateway.Silent(), Request() with { Reason = " 行程\r\n有变\u0001 <b>&amp;</b> ]]> " + new string('订', 40) });
        var sent = Assert.Single(certified.Calls).Fields["refund_desc"];
        Assert.StartsWith("行程 有变 <b>&amp;</b> ]]> ", sent, StringComparison.Ordinal);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(sent), 70, 80);
    }

    [Theory]
    [InlineData("SUCCESS", RefundState.Succeeded)]
    [InlineData("PROCESSING", RefundState.Processing)]
    [InlineData("REFUNDCLOSE", RefundState.Failed)]
    [InlineData("CHANGE", RefundState.Abnormal)]
    public async Task A_verified_state_is_known(string status, RefundState expected)
    {
        var plain = StubGateway.Saying(Told(status));
        var report = Assert.IsType<RefundAnswer.Known>(await QueryAsync(plain)).Report;
        Assert.Equal((expected, status, Money.Cny(10000)), (report.State, report.ProviderState, report.Amount));
        Assert.Equal((RefundNo, Some.PaymentNo, "50300000000000000000000000001"), (report.RefundNo, report.PaymentNo, report.ProviderRefundNo));
        Assert.Equal(expected == RefundState.Succeeded ? new DateTimeOffset(2026, 11, 22, 4, 20, 0, TimeSpan.Zero) : null, report.RefundedAt);
        var call = Assert.Single(plain.Calls);
        Assert.Equal("/pay/refundquery", call.Url.AbsolutePath);
        Assert.Equal(["appid", "mch_id", "nonce_str", "out_refund_no", "sign", "sign_type"], call.Fields.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_several_refunds_ours_is_found_by_its_number()
    {
        var plain = StubGateway.Saying(WeChat.Answer(
            ("out_trade_no", Some.PaymentNo), ("total_fee", "36800"), ("refund_count", "12"),
            ("out_refund_no_0", "R0"), ("refund_status_0", "SUCCESS"), ("refund_fee_0", "1"),
            ("out_refund_no_1", RefundNo + "1"), ("refund_status_1", "SUCCESS"), ("refund_fee_1", "2"),
            ("out_refund_no_11", RefundNo), ("refund_status_11", "CHANGE"), ("refund_fee_11", "3")));
        var report = Assert.IsType<RefundAnswer.Known>(await QueryAsync(plain)).Report;
        Assert.Equal((RefundState.Abnormal, 3), (report.State, report.Amount!.Value.Minor));
    }

    [Fact]
    public async Task A_number_that_does_not_exist_is_not_found()
    {
        var report = Assert.IsType<RefundAnswer.Known>(await QueryAsync(StubGateway.Saying(WeChat.Failure("REFUNDNOTEXIST")))).Report;
        Assert.Equal((RefundNo, RefundState.NotFound), (report.RefundNo, report.State));
    }

    [Theory]
    [InlineData("refund_status_0", "NEW")]
    [InlineData("refund_status_0", "")]
    [InlineData("out_refund_no_0", "R2")]
    [InlineData("out_trade_no", "P2")]
    public async Task An_answer_that_does_not_tell_of_ours_is_unknown(string name, string value) =>
        Assert.IsType<RefundAnswer.Unknown>(await QueryAsync(StubGateway.Saying(Told("SUCCESS", (name, value)))));

    [Fact]
    public async Task Other_failures_of_the_question_are_unknown()
    {
        Assert.IsType<RefundAnswer.Unknown>(await QueryAsync(StubGateway.Saying(WeChat.Failure("SYSTEMERROR"))));
        Assert.IsType<RefundAnswer.Unknown>(await QueryAsync(StubGateway.Saying(WeChat.SignatureError)));
        Assert.IsType<RefundAnswer.Unknown>(await QueryAsync(StubGateway.Saying(WeChat.Signed(WeChat.AnswerFields(("result_code", "FAIL"), ("err_code", "REFUNDNOTEXIST")), key: new string('k', 32)))));
    }

    [Fact]
    public void The_limits_are_those_of_the_documents() =>
        Assert.Equal(new RefundLimits(50, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)), Some.Provider().RefundLimits);

    private static Task<RefundAnswer> RefundAsync(StubGateway certified, StubGateway plain, RefundRequest request, params (string Name, string? Value)[] changes) =>
        Some.Provider(plain, Some.Settings([("ClientCertificate", P12), .. changes]), httpWith: _ => new HttpClient(certified)).RefundAsync(request, TestContext.Current.CancellationToken);

    private static Task<RefundAnswer> QueryAsync(StubGateway plain) =>
        Some.Provider(plain).QueryRefundAsync(Request().Reference, TestContext.Current.CancellationToken);

    private static RefundRequest Request() => new()
    {
        RefundNo = RefundNo,
        Payment = Some.Reference(),
        PaymentAmount = Money.Cny(36800),
        Amount = Money.Cny(10000),
        Reason = "行程有变",
        NotifyUrl = new Uri("https://shop.example/payments/wechat/notify"),
        CreatedAt = Some.Now,
    };

    private static string Accepted(params (string Name, string Value)[] changes) => WeChat.Answer(
    [
        ("transaction_id", "4200000000202611220000000001"), ("out_trade_no", Some.PaymentNo), ("out_refund_no", RefundNo),
        ("refund_id", "50300000000000000000000000001"), ("refund_fee", "10000"), ("total_fee", "36800"), ("cash_fee", "36790"), ("cash_refund_fee", "9990"),
        .. changes,
    ]);

    private static string Told(string status, params (string Name, string Value)[] changes) => WeChat.Answer(
    [
        ("transaction_id", "4200000000202611220000000001"), ("out_trade_no", Some.PaymentNo), ("total_fee", "36800"), ("refund_count", "1"),
        ("out_refund_no_0", RefundNo), ("refund_id_0", "50300000000000000000000000001"), ("refund_channel_0", "ORIGINAL"), ("refund_fee_0", "10000"),
        ("settlement_refund_fee_0", "9990"), ("refund_status_0", status), ("refund_recv_accout_0", "支付用户的零钱"), ("refund_success_time_0", "2026-11-22 12:20:00"),
        .. changes,
    ]);

    private static string Create()
    {
        using var certificate = Certificates.Make();
        return certificate.P12();
    }
}
