using System.Net;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

public sealed class QueryTests
{
    [Theory]
    [InlineData("SUCCESS", ReportedState.Paid)]
    [InlineData("REFUND", ReportedState.Paid)]
    [InlineData("NOTPAY", ReportedState.Pending)]
    [InlineData("USERPAYING", ReportedState.Pending)]
    [InlineData("PAYERROR", ReportedState.Pending)]
    [InlineData("ACCEPT", ReportedState.Pending)]
    [InlineData("CLOSED", ReportedState.Closed)]
    [InlineData("REVOKED", ReportedState.Closed)]
    public async Task A_verified_state_is_known(string state, ReportedState expected)
    {
        var gateway = StubGateway.Saying(Paid(("trade_state", state)));
        var report = Assert.IsType<QueryAnswer.Known>(await QueryAsync(gateway)).Report;
        Assert.Equal(expected, report.State);
        Assert.Equal(state, report.ProviderState);
        Assert.Equal(Some.PaymentNo, report.PaymentNo);
        Assert.Equal(Money.Cny(36800), report.Amount);
        Assert.Equal(new ProviderAccount(Some.MchId, Some.AppId), report.Account);
        Assert.Equal("4200000000202611220000000001", report.ProviderTradeNo);
        Assert.Equal(expected == ReportedState.Paid ? new DateTimeOffset(2026, 11, 22, 4, 29, 59, TimeSpan.Zero) : null, report.PaidAt);
    }

    [Fact]
    public async Task The_payment_is_asked_for_by_our_number_alone()
    {
        var gateway = StubGateway.Saying(Paid());
        await Some.Provider(gateway).QueryAsync(Some.Reference() with { ProviderTradeNo = "4200000000202611220000000001" }, TestContext.Current.CancellationToken);
        var call = Assert.Single(gateway.Calls);
        Assert.Equal("POST https://api.mch.weixin.qq.com/pay/orderquery", $"{call.Method} {call.Url}");
        Assert.Equal(["appid", "mch_id", "nonce_str", "out_trade_no", "sign", "sign_type"], call.Fields.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Some.PaymentNo, call.Fields["out_trade_no"]);
        Assert.Equal(WeChat.Sign(call.Fields), call.Fields["sign"]);
    }

    [Theory]
    [InlineData("ORDERNOTEXIST")]
    [InlineData("ORDER_NOT_EXIST")]
    public async Task A_verified_not_exist_is_not_found_and_an_unsigned_one_is_unknown(string code)
    {
        var report = Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Saying(WeChat.Failure(code)))).Report;
        Assert.Equal((ReportedState.NotFound, Some.PaymentNo), (report.State, report.PaymentNo));
        Assert.Null(report.Amount);

        var unsigned = WeChat.Xml(WeChat.AnswerFields(("result_code", "FAIL"), ("err_code", code)));
        Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Saying(unsigned)));
    }

    [Theory]
    [InlineData("368.00")]
    [InlineData("1.5")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData("036800")]
    [InlineData("1e12")]
    [InlineData("1,000")]
    [InlineData(" 36800")]
    [InlineData("３６８００")]
    [InlineData("0x10")]
    [InlineData("10000000001")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public async Task C10_an_amount_that_cannot_be_read_is_no_amount(string fee) =>
        Assert.Null(Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Saying(Paid(("total_fee", fee))))).Report.Amount);

    [Theory]
    [InlineData("1", "", 1, "CNY")]
    [InlineData("10000000000", "CNY", 10_000_000_000, "CNY")]
    [InlineData("36800", "USD", 36800, "USD")]
    [InlineData("36800", "cny", 36800, "cny")]
    public async Task B02_an_amount_keeps_the_currency_that_the_answer_names(string fee, string currency, long fen, string expected) =>
        Assert.Equal(new Money(fen, expected), Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Saying(Paid(("total_fee", fee), ("fee_type", currency))))).Report.Amount);

    [Theory]
    [InlineData("20261122000001", "2026-11-21T16:00:01Z")]
    [InlineData("20240229235959", "2024-02-29T15:59:59Z")]
    [InlineData("20260229000000", null)]
    [InlineData("2026-11-22 00:00:01", null)]
    [InlineData("00000000000000", null)]
    [InlineData("", null)]
    public async Task T05_payment_time_is_read_at_plus_eight_and_reported_in_utc(string text, string? expected)
    {
        var paidAt = Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Saying(Paid(("time_end", text))))).Report.PaidAt;
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), paidAt);
        Assert.Equal(TimeSpan.Zero, paidAt?.Offset ?? TimeSpan.Zero);
    }

    [Fact]
    public async Task B03_B04_the_account_is_reported_as_far_as_it_is_named_and_another_one_is_unknown()
    {
        var fields = PaidFields();
        fields.Remove("mch_id");
        fields.Remove("appid");
        Assert.Equal(new ProviderAccount(null, null), Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Saying(WeChat.Signed(fields)))).Report.Account);
        Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Saying(Paid(("mch_id", "1900000110")))));
        Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Saying(Paid(("appid", "wx0000000000000000")))));
    }

    [Fact]
    public async Task A_signed_answer_that_settles_nothing_is_unknown()
    {
        string[] bodies =
        [
            Paid(("trade_state", "")),
            Paid(("trade_state", "PAID")),
            Paid(("trade_state", "success")),
            Paid(("out_trade_no", "P20261122000002")),
            Paid(("out_trade_no", "")),
            Paid(("result_code", "FAIL")),
            Paid(("result_code", "")),
            Paid(("return_code", "FAIL")),
            Paid(("return_code", "")),
            WeChat.Failure("SYSTEMERROR"),
            WeChat.Failure("INVALID_REQUEST"),
            WeChat.Answer(("result_code", "FAIL"), ("err_code", "ORDERNOTEXIST"), ("out_trade_no", "P20261122000002")),
        ];
        foreach (var body in bodies)
        {
            Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Saying(body)));
        }
    }

    [Fact]
    public async Task S16_an_answer_that_is_not_wechats_is_unknown()
    {
        var fields = PaidFields();
        string[] bodies =
        [
            WeChat.Xml(fields),
            WeChat.Xml([.. fields, new("sign", "")]),
            WeChat.Signed(fields, key: new string('k', 32)),
            WeChat.Signed(fields, WeChat.Md5),
            WeChat.Signed(fields).Replace("36800", "36801", StringComparison.Ordinal),
            WeChat.Signed(fields).Replace("</xml>", "<total_fee>1</total_fee></xml>", StringComparison.Ordinal),
            WeChat.Signed(fields).Replace("</xml>", "<extra>1</extra></xml>", StringComparison.Ordinal),
            "<!DOCTYPE xml [<!ENTITY e 'x'>]>" + WeChat.Signed(fields),
            WeChat.SignatureError,
            "<html>maintenance</html>",
            new string('x', 70_000),
            "",
        ];
        foreach (var body in bodies)
        {
            var detail = Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Saying(body))).Detail;
            Assert.False(string.IsNullOrWhiteSpace(detail));
            Assert.DoesNotContain(Some.ApiKey, detail, StringComparison.Ordinal);
            Assert.DoesNotContain(WeChat.Sign(fields), detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task S16_an_answer_in_the_other_algorithm_is_named_as_such()
    {
        var detail = Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Saying(WeChat.Signed(PaidFields(), WeChat.Md5)))).Detail;
        Assert.Contains("MD5", detail, StringComparison.Ordinal);
        Assert.Contains("SignType", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.Unauthorized)]
    public async Task Another_status_than_200_is_unknown_whatever_the_body_says(HttpStatusCode status) =>
        Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Saying(Paid(), status)));

    [Fact]
    public async Task A_call_that_fails_is_unknown_and_one_that_the_host_cancels_propagates()
    {
        Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(new StubGateway(_ => throw new HttpRequestException("api.mch.weixin.qq.com:443"))));
        Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(new StubGateway(_ => throw new TaskCanceledException())));
        Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(new StubGateway(_ => throw new IOException())));

        using var cancelled = new CancellationTokenSource();
        var gateway = new StubGateway(_ =>
        {
            cancelled.Cancel();
            throw new OperationCanceledException(cancelled.Token);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Some.Provider(gateway).QueryAsync(Some.Reference(), cancelled.Token));
    }

    private static Dictionary<string, string> PaidFields(params (string Name, string Value)[] changes) => WeChat.AnswerFields(
    [
        ("openid", Some.OpenId),
        ("trade_type", "NATIVE"),
        ("trade_state", "SUCCESS"),
        ("total_fee", "36800"),
        ("settlement_total_fee", "36790"),
        ("fee_type", "CNY"),
        ("cash_fee", "36790"),
        ("transaction_id", "4200000000202611220000000001"),
        ("out_trade_no", Some.PaymentNo),
        ("time_end", "20261122122959"),
        ("trade_state_desc", "支付成功"),
        .. changes,
    ]);

    private static string Paid(params (string Name, string Value)[] changes) => WeChat.Signed(PaidFields(changes));

    private static Task<QueryAnswer> QueryAsync(StubGateway gateway) =>
        Some.Provider(gateway).QueryAsync(Some.Reference(), TestContext.Current.CancellationToken);
}
