using System.Net;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

public sealed class QueryTests
{
    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task A_signed_trade_is_known(Dialect dialect)
    {
        var gateway = StubGateway.Saying(TradeAnswer.Signed(TradeAnswer.Fields(), dialect), dialect);
        Assert.Equal(
            new PaymentReport
            {
                PaymentNo = Some.PaymentNo,
                State = ReportedState.Paid,
                Account = new ProviderAccount(Some.SellerId, null),
                Amount = Money.Cny(36800),
                ProviderTradeNo = "2026112200001000990000000001",
                PaidAt = new DateTimeOffset(2026, 11, 22, 4, 29, 59, TimeSpan.Zero),
                ProviderState = "TRADE_SUCCESS",
            },
            Assert.IsType<QueryAnswer.Known>(await QueryAsync(gateway, dialect)).Report);

        var call = Assert.Single(gateway.Calls);
        Assert.Equal(
            ("POST", $"https://mapi.alipay.com/gateway.do?_input_charset={dialect.Charset}", $"application/x-www-form-urlencoded; charset={dialect.Charset}"),
            (call.Method, call.Url.AbsoluteUri, call.ContentType));
        var sent = call.Parameters(dialect);
        Assert.True(Alipay.Accepts(sent, dialect));
        Assert.Equal(["_input_charset", "out_trade_no", "partner", "service", "sign", "sign_type"], sent.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("single_trade_query", Some.Partner, Some.PaymentNo), (sent["service"], sent["partner"], sent["out_trade_no"]));
    }

    [Theory]
    [InlineData("WAIT_BUYER_PAY", ReportedState.Pending)]
    [InlineData("TRADE_SUCCESS", ReportedState.Paid)]
    [InlineData("TRADE_FINISHED", ReportedState.Paid)]
    [InlineData("TRADE_CLOSED", ReportedState.Closed)]
    public async Task A_status_means_what_it_says(string status, ReportedState expected)
    {
        var report = Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Saying(TradeAnswer.Signed(TradeAnswer.Fields(("trade_status", status)))))).Report;
        Assert.Equal((expected, status), (report.State, report.ProviderState));
    }

    [Theory]
    [InlineData("TRADE_PENDING")]
    [InlineData("trade_success")]
    [InlineData("")]
    public async Task A_status_that_does_not_tell_where_the_money_is_is_unknown(string status) =>
        await AssertUnknownAsync(TradeAnswer.Signed(TradeAnswer.Fields(("trade_status", status))));

    [Fact]
    public async Task A_trade_that_does_not_exist_is_not_found_although_alipay_signs_no_error()
    {
        var report = Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Saying(TradeAnswer.Error("TRADE_NOT_EXIST")))).Report;
        Assert.Equal((ReportedState.NotFound, Some.PaymentNo, "TRADE_NOT_EXIST"), (report.State, report.PaymentNo, report.ProviderState));
        Assert.Null(report.Amount);
    }

    [Theory]
    [InlineData("ILLEGAL_SIGN", "InputCharset")]
    [InlineData("HAS_NO_PUBLICKEY", "SignType")]
    [InlineData("ILLEGAL_PARTNER", "Partner")]
    [InlineData("ILLEGAL_PARTNER_EXTERFACE", "contract")]
    [InlineData("SYSTEM_ERROR", "SYSTEM_ERROR")]
    [InlineData("TRADE_IS_NOT_EXIST", "TRADE_IS_NOT_EXIST")]
    [InlineData("trade_not_exist", "trade_not_exist")]
    [InlineData("", "nothing")]
    public async Task Any_other_error_is_unknown_and_says_what_to_do(string code, string says) =>
        Assert.Contains(says, await AssertUnknownAsync(TradeAnswer.Error(code)), StringComparison.Ordinal);

    [Fact]
    public async Task S16_a_trade_that_alipay_did_not_sign_is_unknown()
    {
        var fields = TradeAnswer.Fields();
        string[] bodies =
        [
            TradeAnswer.Xml(fields, ""),
            TradeAnswer.Xml(fields, "<sign></sign><sign_type>MD5</sign_type>"),
            TradeAnswer.Xml(fields, "<sign>00000000000000000000000000000000</sign><sign_type>MD5</sign_type>"),
            TradeAnswer.Xml(fields, $"<sign>{Alipay.Sign(fields, Dialect.Usual)}</sign>"),
            TradeAnswer.Xml(fields, $"<sign>{Alipay.Sign(fields, Dialect.Usual)}</sign><sign_type>RSA</sign_type>"),
            TradeAnswer.Xml(fields, $"<sign>{Alipay.Sign(fields, new Dialect("RSA", "utf-8"))}</sign><sign_type>RSA</sign_type>"),
            TradeAnswer.Signed(fields, md5Key: new string('0', 32)),
            TradeAnswer.Xml(fields, $"<error>TRADE_NOT_EXIST</error><sign>{new string('0', 32)}</sign><sign_type>MD5</sign_type>"),
        ];
        foreach (var body in bodies)
        {
            await AssertUnknownAsync(body);
        }
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task S08_no_field_of_a_trade_can_be_changed_dropped_or_added(Dialect dialect)
    {
        var fields = TradeAnswer.Fields();
        var signature = $"<sign>{Alipay.Sign(fields, dialect)}</sign><sign_type>{dialect.SignType}</sign_type>";
        Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Saying(TradeAnswer.Xml(fields, signature, dialect.Charset), dialect), dialect));
        foreach (var name in fields.Keys.ToArray())
        {
            foreach (var value in new[] { "", fields[name] + "0", fields[name] + " " })
            {
                await AssertUnknownAsync(TradeAnswer.Xml(TradeAnswer.Fields((name, value)), signature, dialect.Charset), dialect);
            }
        }

        await AssertUnknownAsync(TradeAnswer.Xml(TradeAnswer.Fields(("zzz", "1")), signature, dialect.Charset), dialect);
    }

    [Fact]
    public async Task An_answer_about_another_payment_or_partner_is_unknown()
    {
        await AssertUnknownAsync(TradeAnswer.Signed(TradeAnswer.Fields(("out_trade_no", "P20261122000002"))));
        await AssertUnknownAsync(TradeAnswer.Signed(TradeAnswer.Fields(("out_trade_no", ""))));
        await AssertUnknownAsync(TradeAnswer.Signed(TradeAnswer.Fields()).Replace($"name=\"out_trade_no\">{Some.PaymentNo}", "name=\"out_trade_no\">P2", StringComparison.Ordinal));
        await AssertUnknownAsync(TradeAnswer.Signed(TradeAnswer.Fields()).Replace(Some.Partner, "2088000000000009", StringComparison.Ordinal));
        await AssertUnknownAsync(
            $"<alipay><is_success>F</is_success><request><param name=\"out_trade_no\">P2</param></request><error>TRADE_NOT_EXIST</error></alipay>");
    }

    [Fact]
    public async Task C10_an_amount_that_cannot_be_read_is_no_amount() =>
        Assert.Null(Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Saying(TradeAnswer.Signed(TradeAnswer.Fields(("total_fee", "3,68")))))).Report.Amount);

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.Found)]
    public async Task Another_status_than_200_is_unknown_even_when_signed(HttpStatusCode status) =>
        Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Saying(TradeAnswer.Signed(TradeAnswer.Fields()), status: status)));

    [Fact]
    public async Task A_failing_network_is_unknown_and_a_cancelled_call_propagates()
    {
        Exception[] failures = [new HttpRequestException("x"), new TaskCanceledException("timeout"), new IOException("x"), new InvalidDataException("gzip")];
        foreach (var failure in failures)
        {
            Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Failing(failure)));
        }

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Some.Provider(gateway: StubGateway.Saying("")).QueryAsync(Some.Reference(), cancelled.Token));
    }

    private static async Task<string> AssertUnknownAsync(string body, Dialect? dialect = null)
    {
        var detail = Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Saying(body, dialect), dialect)).Detail;
        Assert.EndsWith(".", detail, StringComparison.Ordinal);
        Assert.True(detail.Length is > 10 and < 300, detail);
        return detail;
    }

    private static Task<QueryAnswer> QueryAsync(StubGateway gateway, Dialect? dialect = null) =>
        Some.Provider(Some.Settings(dialect), gateway).QueryAsync(Some.Reference(), TestContext.Current.CancellationToken);
}
