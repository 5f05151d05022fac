using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>Asking for refunds, and what the gateway's words about them are worth.</summary>
public sealed class RefundTests
{
    private const string Accepted = "<?xml version=\"1.0\" encoding=\"utf-8\"?><alipay><is_success>T</is_success></alipay>";

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task With_a_password_the_operator_gets_a_signed_form_and_nobody_is_asked(Dialect dialect)
    {
        var gateway = StubGateway.Failing(new InvalidOperationException("The network was used."));
        var needed = Assert.IsType<RefundAnswer.OperatorNeeded>(await RefundAsync(gateway, dialect));
        var form = Assert.IsType<PaymentAction.Form>(needed.Action);
        Assert.Empty(gateway.Calls);
        Assert.Equal((dialect.Charset, $"?_input_charset={dialect.Charset}"), (form.Charset, form.Url.Query));
        var fields = form.Fields.Append(new("_input_charset", dialect.Charset)).ToDictionary();
        Assert.True(Alipay.Accepts(fields, dialect));
        Assert.Equal(
            ["_input_charset", "batch_no", "batch_num", "detail_data", "notify_url", "partner", "refund_date", "seller_user_id", "service", "sign", "sign_type"],
            fields.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            ("refund_fastpay_by_platform_pwd", "1", Some.SellerId, "2026-11-22 12:30:00", $"{Some.TradeNo}^68.00^不想要了 [{Some.RefundNo}]"),
            (fields["service"], fields["batch_num"], fields["seller_user_id"], fields["refund_date"], fields["detail_data"]));
        Assert.Matches("^20261122[0-9A-Z]{24}$", fields["batch_no"]);
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task Without_a_password_accepted_is_not_done(Dialect dialect)
    {
        var gateway = StubGateway.Saying(Accepted);
        var report = Assert.IsType<RefundAnswer.Known>(await RefundAsync(gateway, dialect, direct: true)).Report;
        Assert.Equal((Some.RefundNo, RefundState.Processing, null), (report.RefundNo, report.State, report.Amount));
        var sent = Assert.Single(gateway.Calls).Parameters(dialect);
        Assert.True(Alipay.Accepts(sent, dialect));
        Assert.Equal(("refund_fastpay_by_platform_nopwd", "xml"), (sent["service"], sent["return_type"]));
    }

    [Fact]
    public async Task The_same_refund_is_the_same_batch_on_every_day_and_the_day_is_beijings()
    {
        var late = Some.Refund() with { CreatedAt = new DateTimeOffset(2026, 11, 22, 16, 0, 0, TimeSpan.Zero) };
        var first = await BatchNoAsync(late);
        Assert.StartsWith("20261123", first, StringComparison.Ordinal);
        Assert.Equal(first, await BatchNoAsync(late));
        Assert.StartsWith("20261122", await BatchNoAsync(late with { CreatedAt = late.CreatedAt.AddTicks(-1) }), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_number_of_the_shop_becomes_another_batch_number_that_leads_back_to_it()
    {
        var no = Gen.Select(Gen.Char["0123456789ABCDEFGHJKMNPQRSTVWXYZ"].Array[24], Gen.Int[0, 15]).Select((tail, second) => $"0{"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[second % 16]}{new string(tail)}");
        Gen.Select(no, no).Sample((one, other) =>
        {
            var (batch, another) = (BatchNo(one), BatchNo(other));
            Assert.Equal(32, batch.Length);
            Assert.Equal(one == other, batch == another);
            Assert.Equal(one, Assert.Single(Refunded(batch, $"{Some.TradeNo}^0.01^SUCCESS")).RefundNo);
        }, iter: 400);

        foreach (var edge in new[] { new string('0', 26), "0" + "E" + new string('Z', 24), "00000000000000000000000001" })
        {
            Assert.Equal(edge, Assert.Single(Refunded(BatchNo(edge), $"{Some.TradeNo}^0.01^SUCCESS")).RefundNo);
        }
    }

    [Theory]
    [InlineData("R1")]
    [InlineData("01k9aaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("01K9AAAAAAAAAAAAAAAAAAAAAI")]
    [InlineData("01K9AAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ZZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    public async Task A_number_that_no_batch_number_can_lead_back_to_is_rejected(string refundNo) =>
        Assert.Equal("REFUND_NO", (await RejectedAsync(Some.Refund() with { RefundNo = refundNo })).Code);

    [Fact]
    public async Task What_alipay_would_not_take_is_rejected_without_asking()
    {
        var refund = Some.Refund();
        Assert.Equal("TRADE_NO", (await RejectedAsync(refund with { Payment = Some.Reference() })).Code);
        Assert.Equal("TRADE_NO", (await RejectedAsync(refund with { Payment = Some.Reference() with { ProviderTradeNo = "1^2" } })).Code);
        Assert.Equal("CURRENCY", (await RejectedAsync(refund with { Amount = new Money(1, "USD") })).Code);
        Assert.Equal("AMOUNT", (await RejectedAsync(refund with { Amount = Money.Cny(36801) })).Code);
        Assert.Equal("AMOUNT", (await RejectedAsync(refund with { Amount = Money.Cny(0) })).Code);
        var address = await RejectedAsync(refund with { NotifyUrl = new Uri("https://shop.example/" + new string('n', 200)) });
        Assert.Equal(("NOTIFY_URL", true), (address.Code, address.MayRetry));
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public void A_reason_never_breaks_the_batch_and_ends_with_the_number(Dialect dialect) =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["^|$#&=[]因为𠮷€ a"], 0, 300]).Sample(reason =>
        {
            var form = (PaymentAction.Form)((RefundAnswer.OperatorNeeded)Refund(Some.Refund() with { Reason = reason }, dialect)).Action;
            var parts = form.Fields.Single(field => field.Key == "detail_data").Value.Split('^');
            Assert.Equal(3, parts.Length);
            Assert.Equal(-1, parts[2].AsSpan().IndexOfAny("|$#&="));
            Assert.EndsWith($"[{Some.RefundNo}]", parts[2], StringComparison.Ordinal);
            Assert.InRange(dialect.Encoding.GetByteCount(parts[2]), 28, 255);
        }, iter: 200);

    [Theory]
    [InlineData("DUPLICATE_BATCH_NO", "processing")]
    [InlineData("TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH", "retry")]
    [InlineData("TXN_RESULT_ACCOUNT_STATUS_NOT_VALID", "retry")]
    [InlineData("ILLEGAL_USER", "retry")]
    [InlineData("BATCH_NUM_EXCEED_LIMIT", "failed")]
    [InlineData("REFUND_DATE_ERROR", "retry")]
    [InlineData("BATCH_NUM_ERROR", "failed")]
    [InlineData("BATCH_NUM_NOT_EQUAL_TOTAL", "failed")]
    [InlineData("SINGLE_DETAIL_DATA_EXCEED_LIMIT", "failed")]
    [InlineData("NOT_THIS_SELLER_TRADE", "retry")]
    [InlineData("DUBL_TRADE_NO_IN_SAME_BATCH", "failed")]
    [InlineData("TRADE_STATUS_ERROR", "failed")]
    [InlineData("BATCH_NO_FORMAT_ERROR", "retry")]
    [InlineData("SELLER_INFO_NOT_EXIST", "retry")]
    [InlineData("PARTNER_NOT_SIGN_PROTOCOL", "retry")]
    [InlineData("NOT_THIS_PARTNERS_TRADE", "retry")]
    [InlineData("DETAIL_DATA_FORMAT_ERROR", "failed")]
    [InlineData("PWD_REFUND_NOT_ALLOW_ROYALTY", "failed")]
    [InlineData("REFUND_AMOUNT_NOT_VALID", "failed")]
    [InlineData("TRADE_PRODUCT_TYPE_NOT_ALLOW_REFUND", "failed")]
    [InlineData("REASON_TRADE_REFUND_FEE_ERR", "retry")]
    [InlineData("REASON_HAS_REFUND_FEE_NOT_MATCH", "retry")]
    [InlineData("REASON_REFUND_AMOUNT_LESS_THAN_COUPON_FEE", "failed")]
    [InlineData("ILLEGAL_SIGN", "retry")]
    [InlineData("ILLEGAL_PARTNER_EXTERFACE", "retry")]
    [InlineData("SYSTEM_ERROR", "unknown")]
    [InlineData("SESSION_TIMEOUT", "unknown")]
    [InlineData("SOMETHING_NEW", "unknown")]
    [InlineData("", "unknown")]
    public async Task Every_code_of_the_gateway_has_a_meaning_and_what_is_not_known_frees_no_money(string code, string expected)
    {
        var answer = await RefundAsync(StubGateway.Saying(TradeAnswer.Error(code)), direct: true);
        Assert.Equal(expected, answer switch
        {
            RefundAnswer.Known { Report.State: RefundState.Processing } => "processing",
            RefundAnswer.Rejected rejected => rejected.MayRetry ? "retry" : "failed",
            RefundAnswer.Unknown => "unknown",
            _ => answer.ToString(),
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>T</body></html>")]
    [InlineData("<alipay><is_success>X</is_success></alipay>")]
    [InlineData("<alipay><error>TRADE_STATUS_ERROR</error></alipay>")]
    [InlineData("<alipay><is_success>F</is_success><is_success>T</is_success></alipay>")]
    [InlineData("<alipay><is_success>T</is_success><request><param name=\"batch_no\">20261122000</param></request></alipay>")]
    [InlineData("<!DOCTYPE alipay [<!ENTITY x \"T\">]><alipay><is_success>&x;</is_success></alipay>")]
    public async Task Any_other_answer_is_unknown(string body) =>
        Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(StubGateway.Saying(body), direct: true));

    [Fact]
    public async Task A_silent_gateway_is_unknown() =>
        Assert.IsType<RefundAnswer.Unknown>(await RefundAsync(StubGateway.Failing(new HttpRequestException("x")), direct: true));

    // ---- what single_trade_query proves ----
    [Theory]
    [InlineData(36800, "TRADE_CLOSED", "REFUND_SUCCESS", "368.00", "succeeded")]
    [InlineData(36800, "TRADE_SUCCESS", "REFUND_SUCCESS", "368.00", "unknown")]
    [InlineData(36800, "TRADE_CLOSED", "REFUND_CLOSED", "368.00", "unknown")]
    [InlineData(36800, "TRADE_CLOSED", "REFUND_SUCCESS", "367.99", "unknown")]
    [InlineData(36800, "TRADE_CLOSED", "", "0.00", "unknown")]
    [InlineData(6800, "TRADE_CLOSED", "REFUND_SUCCESS", "368.00", "unknown")]
    [InlineData(6800, "TRADE_SUCCESS", "REFUND_SUCCESS", "68.00", "notfound")]
    [InlineData(6800, "TRADE_SUCCESS", "REFUND_SUCCESS", "300.00", "notfound")]
    [InlineData(6800, "TRADE_SUCCESS", "REFUND_SUCCESS", "300.01", "unknown")]
    [InlineData(6800, "TRADE_SUCCESS", "REFUND_SUCCESS", "", "unknown")]
    [InlineData(6800, "TRADE_SUCCESS", "", "0.00", "notfound")]
    [InlineData(6800, "TRADE_FINISHED", "", "0.00", "notfound")]
    [InlineData(6800, "TRADE_SUCCESS", "", "", "unknown")]
    [InlineData(6800, "WAIT_BUYER_PAY", "", "0.00", "unknown")]
    public async Task The_payments_facts_prove_a_full_refund_or_none_and_in_between_it_is_sent_again_while_it_can_be_made(long fen, string status, string refunded, string back, string expected)
    {
        var fields = TradeAnswer.Fields(("trade_status", status), ("refund_status", refunded), ("to_buyer_fee", back));
        var answer = await QueryAsync(TradeAnswer.Signed(fields.Where(field => field.Value.Length > 0).ToDictionary()), fen);
        Assert.Equal(expected, answer switch
        {
            RefundAnswer.Known { Report: { State: RefundState.Succeeded } report } when report.Amount == Money.Cny(fen) => "succeeded",
            RefundAnswer.Known { Report.State: RefundState.NotFound } => "notfound",
            RefundAnswer.Unknown => "unknown",
            _ => answer.ToString(),
        });
    }

    [Theory]
    [InlineData("68.00", "unknown")]
    [InlineData("0.00", "notfound")]
    public async Task When_the_batchs_day_is_over_a_partial_refund_among_others_is_unknown(string back, string expected)
    {
        var fields = TradeAnswer.Fields(("trade_status", "TRADE_SUCCESS"), ("to_buyer_fee", back));
        if (expected == "unknown")
        {
            fields["refund_status"] = "REFUND_SUCCESS";
        }

        var provider = (IRefundingProvider)Some.Provider(gateway: StubGateway.Saying(TradeAnswer.Signed(fields)), time: new FakeTimeProvider(Keys.Now.AddDays(1)));
        var answer = await provider.QueryRefundAsync(Some.Refund().Reference with { Amount = Money.Cny(6800) }, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer is RefundAnswer.Known { Report.State: RefundState.NotFound } ? "notfound" : answer is RefundAnswer.Unknown ? "unknown" : answer.ToString());
    }

    [Fact]
    public async Task Nothing_is_believed_of_an_unsigned_trade_or_of_another_one()
    {
        var fields = TradeAnswer.Fields(("trade_status", "TRADE_CLOSED"), ("refund_status", "REFUND_SUCCESS"), ("to_buyer_fee", "368.00"));
        Assert.IsType<RefundAnswer.Known>(await QueryAsync(TradeAnswer.Signed(fields), 36800));
        Assert.IsType<RefundAnswer.Unknown>(await QueryAsync(TradeAnswer.Xml(fields, ""), 36800));
        Assert.IsType<RefundAnswer.Unknown>(await QueryAsync(TradeAnswer.Signed(fields, md5Key: new string('0', 32)), 36800));
        Assert.IsType<RefundAnswer.Unknown>(await QueryAsync(TradeAnswer.Error("TRADE_NOT_EXIST"), 36800));
        foreach (var (name, value) in new[] { ("out_trade_no", "P2"), ("total_fee", "368.01"), ("seller_id", Some.Partner) })
        {
            var other = new SortedDictionary<string, string>(fields, StringComparer.Ordinal) { [name] = value };
            Assert.IsType<RefundAnswer.Unknown>(await QueryAsync(TradeAnswer.Signed(other), 36800));
        }
    }

    // ---- batch_refund_notify ----
    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task A_signed_and_confirmed_notification_becomes_a_report_of_the_refund(Dialect dialect)
    {
        var fields = Some.RefundNotification(await BatchNoAsync(Some.Refund()), $"{Some.TradeNo}^68.00^SUCCESS$shop@example.com^{Some.SellerId}^0.41^SUCCESS");
        var refund = Assert.IsType<Verification.VerifiedRefund>(await Door.VerifyAsync(Alipay.Signed(fields, dialect), dialect));
        Assert.Null(refund.Payment);
        Assert.Equal(
            new RefundReport
            {
                RefundNo = Some.RefundNo,
                State = RefundState.Succeeded,
                Account = new ProviderAccount(null, null),
                Amount = Money.Cny(6800),
                RefundedAt = new DateTimeOffset(2026, 11, 22, 4, 31, 0, TimeSpan.Zero),
                ProviderState = "SUCCESS",
            },
            Assert.Single(refund.Reports));
    }

    [Theory]
    [InlineData("TRADE_HAS_CLOSED", RefundState.Failed)]
    [InlineData("REASON_TRADE_REFUND_FEE_ERR", RefundState.Failed)]
    [InlineData("success", RefundState.Failed)]
    [InlineData("SYSTEM_ERROR", RefundState.Abnormal)]
    public void A_code_in_the_place_of_success_is_a_failure_unless_alipay_does_not_know(string code, RefundState expected)
    {
        var report = Assert.Single(Refunded(BatchNo(Some.RefundNo), $"{Some.TradeNo}^68.00^{code}", successes: "0"));
        Assert.Equal((expected, code, null), (report.State, report.ProviderState, report.RefundedAt));
    }

    [Fact]
    public void Anothers_batch_is_reported_item_by_item_under_its_own_number()
    {
        var reports = Refunded("20261122001", "2026112200001^0.01^SUCCESS#2026112200002^1.10^NOT_THIS_SELLER_TRADE", ("seller_id", Some.SellerId));
        Assert.Equal(["20261122001/2026112200001", "20261122001/2026112200002"], reports.Select(report => report.RefundNo));
        Assert.Equal([RefundState.Succeeded, RefundState.Failed], reports.Select(report => report.State));
        Assert.All(reports, report => Assert.Equal(new ProviderAccount(Some.SellerId, null), report.Account));
    }

    [Theory]
    [InlineData("2026^1.00")]
    [InlineData("2026^1.00^SUCCESS^x")]
    [InlineData("2026^-1.00^SUCCESS")]
    [InlineData("2026^0.00^SUCCESS")]
    [InlineData("2026^1.001^SUCCESS")]
    [InlineData("2026^1,00^SUCCESS")]
    [InlineData("2026^1.00^")]
    [InlineData("^1.00^SUCCESS")]
    [InlineData("20 26^1.00^SUCCESS")]
    [InlineData("#")]
    [InlineData("2026^1.00^SUCCESS#2027^1.00^SUCCESS")]
    public async Task Results_that_cannot_be_read_in_one_way_are_refused(string details) =>
        Assert.Equal(RefusalReason.Malformed, (await Door.RefusedAsync(Alipay.Signed(Some.RefundNotification(BatchNo(Some.RefundNo), details), Dialect.Usual))).Reason);

    [Fact]
    public async Task A_message_that_contradicts_itself_or_is_not_alipays_is_refused()
    {
        var fields = Some.RefundNotification(BatchNo(Some.RefundNo), $"{Some.TradeNo}^68.00^SUCCESS");
        var body = Alipay.Signed(fields, Dialect.Usual);
        Assert.IsType<Verification.VerifiedRefund>(await Door.VerifyAsync(body));
        Assert.Equal(RefusalReason.WrongSignature, (await Door.RefusedAsync(body.Replace("68.00", "69.00", StringComparison.Ordinal))).Reason);
        Assert.Equal(RefusalReason.Malformed, (await Door.RefusedAsync(Alipay.Signed(With(fields, "success_num", "0"), Dialect.Usual))).Reason);
        Assert.Equal(RefusalReason.Malformed, (await Door.RefusedAsync(Alipay.Signed(With(fields, "notify_id", ""), Dialect.Usual))).Reason);
        Assert.Equal(RefusalReason.NotForHere, (await Door.RefusedAsync(Alipay.Signed(With(fields, "result_details", ""), Dialect.Usual))).Reason);

        foreach (var (word, reason) in new[] { ("false", typeof(Verification.Refused)), ("invalid", typeof(Verification.Refused)), ("?", typeof(Verification.Undecided)) })
        {
            var provider = Some.Provider(gateway: StubGateway.Saying(word));
            Assert.IsType(reason, await provider.VerifyNotificationAsync(Some.Notify(body), TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("password", true)]
    [InlineData("Direct", true)]
    [InlineData("yes", false)]
    public void The_setting_has_two_words(string value, bool isRight)
    {
        var settings = Some.Settings(null, ("Refund", value));
        if (isRight)
        {
            Assert.IsAssignableFrom<IRefundingProvider>(Some.Provider(settings));
        }
        else
        {
            Assert.StartsWith("Refund", Assert.Throws<ProviderSettingsException>(() => Some.Provider(settings)).Message, StringComparison.Ordinal);
        }
    }

    private static SortedDictionary<string, string> With(SortedDictionary<string, string> fields, string name, string value) =>
        new(fields, StringComparer.Ordinal) { [name] = value };

    private static IReadOnlyList<RefundReport> Refunded(string batchNo, string details, params (string Name, string Value)[] changes) =>
        Assert.IsType<Verification.VerifiedRefund>(Door.Verify(Some.Notify(Alipay.Signed(Some.RefundNotification(batchNo, details, changes), Dialect.Usual)))).Reports;

    private static IReadOnlyList<RefundReport> Refunded(string batchNo, string details, string successes) => Refunded(batchNo, details, ("success_num", successes));

    private static string BatchNo(string refundNo) => BatchNoAsync(Some.Refund() with { RefundNo = refundNo }).GetAwaiter().GetResult();

    private static async Task<string> BatchNoAsync(RefundRequest request) => ((PaymentAction.Form)Assert.IsType<RefundAnswer.OperatorNeeded>(
        await ((IRefundingProvider)Door.Provider()).RefundAsync(request, CancellationToken.None)).Action).Fields.Single(field => field.Key == "batch_no").Value;

    private static RefundAnswer Refund(RefundRequest request, Dialect dialect) =>
        ((IRefundingProvider)Door.Provider(dialect)).RefundAsync(request, CancellationToken.None).GetAwaiter().GetResult();

    private static async Task<RefundAnswer.Rejected> RejectedAsync(RefundRequest request) =>
        Assert.IsType<RefundAnswer.Rejected>(await ((IRefundingProvider)Door.Provider()).RefundAsync(request, TestContext.Current.CancellationToken));

    private static Task<RefundAnswer> RefundAsync(StubGateway gateway, Dialect? dialect = null, bool direct = false) =>
        ((IRefundingProvider)Some.Provider(Some.Settings(dialect, ("Refund", direct ? "direct" : null)), gateway)).RefundAsync(Some.Refund(), TestContext.Current.CancellationToken);

    private static Task<RefundAnswer> QueryAsync(string answer, long fen) =>
        ((IRefundingProvider)Some.Provider(gateway: StubGateway.Saying(answer))).QueryRefundAsync(
            Some.Refund().Reference with { Amount = Money.Cny(fen) }, TestContext.Current.CancellationToken);
}
