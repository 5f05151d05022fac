using System.Net;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Tests;

public sealed class QueryTests
{
    private const string Query = "alipay.trade.query";
    private const string Close = "alipay.trade.close";

    [Theory]
    [InlineData("WAIT_BUYER_PAY", ReportedState.Pending)]
    [InlineData("TRADE_SUCCESS", ReportedState.Paid)]
    [InlineData("TRADE_FINISHED", ReportedState.Paid)]
    [InlineData("TRADE_CLOSED", ReportedState.Closed)]
    public async Task A_verified_answer_is_known(string status, ReportedState expected)
    {
        var gateway = StubGateway.Signing(Query, Node(status));
        var report = Assert.IsType<QueryAnswer.Known>(await QueryAsync(gateway)).Report;
        Assert.Equal(expected, report.State);
        Assert.Equal(Some.PaymentNo, report.PaymentNo);
        Assert.Equal(Money.Cny(36800), report.Amount);
        Assert.Equal("2026112222001400000000000001", report.ProviderTradeNo);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 4, 29, 59, TimeSpan.Zero), report.PaidAt);
        Assert.Equal(new ProviderAccount(null, null), report.Account);
        Assert.Equal($$"""{"out_trade_no":"{{Some.PaymentNo}}"}""", Assert.Single(gateway.Calls).Parameters["biz_content"]);
    }

    [Fact]
    public async Task A_verified_not_exist_is_not_found_and_an_unsigned_one_is_unknown()
    {
        const string NotExist = """{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_NOT_EXIST","sub_msg":"交易不存在","out_trade_no":"P20261122000001"}""";
        Assert.Equal(ReportedState.NotFound, Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Signing(Query, NotExist))).Report.State);
        Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Saying($$"""{"alipay_trade_query_response":{{NotExist}}}""")));
        Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Signing(Query, NotExist.Replace("P2026", "P2027", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("""{"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error"}""")]
    [InlineData("""{"code":"40004","sub_code":"ACQ.SYSTEM_ERROR"}""")]
    [InlineData("""{"code":"40004","sub_code":"ACQ.INVALID_PARAMETER"}""")]
    [InlineData("""{"code":"10000","out_trade_no":"P20261122000001","trade_status":"TRADE_NEW","total_amount":"368.00"}""")]
    [InlineData("""{"code":"10000","out_trade_no":"P20261122000001"}""")]
    [InlineData("""{"code":"10000","trade_status":"TRADE_SUCCESS","total_amount":"368.00"}""")]
    [InlineData("""{"code":"10000","out_trade_no":"P20261122000002","trade_status":"TRADE_SUCCESS","total_amount":"368.00"}""")]
    [InlineData("""{"code":"10000","out_trade_no":"P20261122000001","trade_status":"TRADE_CLOSED","trade_status":"TRADE_SUCCESS"}""")]
    [InlineData("""{"code":"10000","out_trade_no":"P20261122000001","trade_status":"TRADE_SUCCESS","trade_no":"\u0000"}""")]
    [InlineData("""{"code":"10000","out_trade_no":"P20261122000001","trade_status":"TRADE_SUCCESS","trade_no":"\ud800"}""")]
    [InlineData("{}")]
    public async Task A_signed_answer_that_settles_nothing_is_unknown(string node) =>
        AssertUnknown(await QueryAsync(StubGateway.Signing(Query, node)));

    [Fact]
    public async Task S16_an_answer_that_is_not_alipays_is_unknown()
    {
        var paid = Node("TRADE_SUCCESS");
        var signed = StubGateway.Signed(Query, paid);
        string[] bodies =
        [
            "", "<html>504</html>", "null", "[]", "{}", "{\"sign\":\"AAAA\"}", signed[..^1], signed + "x", signed + signed,
            StubGateway.Signed(Query, paid, Keys.App),
            $$"""{"alipay_trade_query_response":{{paid}}}""",
            $$"""{"alipay_trade_query_response":{{paid}},"sign":""}""",
            $$"""{"alipay_trade_query_response":{{paid}},"sign":null}""",
            "{\"error_response\":{\"code\":\"20000\"}}",
            $$"""{"alipay_trade_close_response":{{paid}},"sign":"{{StubGateway.SignatureOf(paid)}}"}""",
            $$"""{"alipay_trade_query_response":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(paid))}}","sign":"{{StubGateway.SignatureOf(paid)}}"}""",
            signed.Replace("368.00", "0.01", StringComparison.Ordinal),
            new string('[', 100_000),
            "{\"alipay_trade_query_response\":" + string.Concat(Enumerable.Repeat("{\"a\":", 1000)) + "1" + new string('}', 1001),
        ];
        foreach (var body in bodies)
        {
            AssertUnknown(await QueryAsync(StubGateway.Saying(body)));
        }
    }

    [Fact]
    public async Task B13_a_root_member_that_stands_twice_is_unknown()
    {
        var paid = Node("TRADE_SUCCESS");
        var sign = StubGateway.SignatureOf(paid);
        string[] bodies =
        [
            $$"""{"alipay_trade_query_response":{"code":"10000"},"alipay_trade_query_response":{{paid}},"sign":"{{sign}}"}""",
            $$"""{"alipay_trade_query_response":{{paid}},"alipay_trade_query\u005fresponse":{"code":"10000"},"sign":"{{sign}}"}""",
            $$"""{"alipay_trade_query_response":{{paid}},"error_response":{"code":"10000"},"sign":"{{sign}}"}""",
            $$"""{"alipay_trade_query_response":{{paid}},"sign":"{{sign}}","sign":"{{sign}}"}""",
        ];
        foreach (var body in bodies)
        {
            AssertUnknown(await QueryAsync(StubGateway.Saying(body)));
        }
    }

    [Fact]
    public async Task What_is_signed_is_the_text_as_it_was_sent()
    {
        string[] nodes =
        [
            Node("TRADE_SUCCESS").Replace(",", " ,\n  ", StringComparison.Ordinal),
            Node("TRADE_SUCCESS", "\"subject\":\"}],{\\\"{\\\\\",\"fund_bill_list\":[{\"amount\":\"368.00\"}]"),
            Node("TRADE_SUCCESS", "\"subject\":\"\\u8ba2\\u5355 https:\\/\\/x\""),
        ];
        foreach (var node in nodes)
        {
            Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Signing(Query, node)));
        }
    }

    [Fact]
    public async Task A_signature_over_unescaped_slashes_is_accepted()
    {
        var node = Node("TRADE_SUCCESS", "\"subject\":\"a\\/b\"");
        var sign = StubGateway.SignatureOf(node.Replace("\\/", "/", StringComparison.Ordinal));
        Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Saying($$"""{"sign":"{{sign}}","alipay_trade_query_response":{{node}}}""")));
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.Created)]
    public async Task Another_status_than_200_is_unknown_even_when_signed(HttpStatusCode status) =>
        AssertUnknown(await QueryAsync(StubGateway.Saying(StubGateway.Signed(Query, Node("TRADE_SUCCESS")), status)));

    [Fact]
    public async Task A_failing_network_is_unknown()
    {
        Exception[] failures = [new HttpRequestException("x"), new TaskCanceledException("timeout"), new IOException("x"), new InvalidDataException("gzip")];
        foreach (var failure in failures)
        {
            AssertUnknown(await QueryAsync(new StubGateway(_ => throw failure)));
        }

        AssertUnknown(await QueryAsync(StubGateway.Saying(new string(' ', 300 * 1024))));
        AssertUnknown(await QueryAsync(new StubGateway(_ => new HttpResponseMessage { Content = new ByteArrayContent([0x1f, 0x8b, 8, 0, 0xff, 0xfe]) })));
    }

    [Fact]
    public async Task A_cancelled_call_propagates()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Some.Provider(gateway: StubGateway.Saying("")).QueryAsync(Some.Reference(), cancelled.Token));
    }

    [Theory]
    [InlineData("""{"code":"10000","msg":"Success","out_trade_no":"P20261122000001"}""", typeof(CloseAnswer.Closed))]
    [InlineData("""{"code":"10000","msg":"Success","out_trade_no":"P20261122000002"}""", typeof(CloseAnswer.Unknown))]
    [InlineData("""{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}""", typeof(CloseAnswer.NotFound))]
    [InlineData("""{"code":"40004","sub_code":"ACQ.TRADE_STATUS_ERROR"}""", typeof(CloseAnswer.AlreadyPaid))]
    [InlineData("""{"code":"40004","sub_code":"ACQ.REASON_TRADE_STATUS_INVALID"}""", typeof(CloseAnswer.AlreadyPaid))]
    [InlineData("""{"code":"40004","sub_code":"ACQ.REASON_ILLEGAL_STATUS"}""", typeof(CloseAnswer.AlreadyPaid))]
    [InlineData("""{"code":"40004","sub_code":"ACQ.SYSTEM_ERROR"}""", typeof(CloseAnswer.Unknown))]
    [InlineData("""{"code":"40004","sub_code":"ACQ.INVALID_PARAMETER"}""", typeof(CloseAnswer.Unknown))]
    public async Task Closing_says_what_became_of_it(string node, Type expected)
    {
        var signed = Some.Provider(gateway: StubGateway.Signing(Close, node));
        Assert.IsType(expected, await ((IClosingProvider)signed).CloseAsync(Some.Reference(), TestContext.Current.CancellationToken));

        var unsigned = Some.Provider(gateway: StubGateway.Saying($$"""{"alipay_trade_close_response":{{node}}}"""));
        Assert.IsType<CloseAnswer.Unknown>(await ((IClosingProvider)unsigned).CloseAsync(Some.Reference(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task In_certificate_mode_another_certificates_answer_is_unknown_and_names_both()
    {
        var serial = Wire.CertificateSerial.Of(Keys.AlipayCertificate);
        var settings = Some.CertificateModeSettings();
        Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Signing(Query, Node("TRADE_SUCCESS"), serial: serial), settings));

        var other = new string('a', 32);
        var unknown = Assert.IsType<QueryAnswer.Unknown>(await QueryAsync(StubGateway.Signing(Query, Node("TRADE_SUCCESS"), serial: other), settings));
        Assert.Contains(other, unknown.Detail, StringComparison.Ordinal);
        Assert.Contains(serial, unknown.Detail, StringComparison.Ordinal);
    }

    private static string Node(string status, string more = "\"buyer_logon_id\":\"sho***@example.com\"") =>
        $$"""{"code":"10000","msg":"Success","out_trade_no":"{{Some.PaymentNo}}","trade_no":"2026112222001400000000000001","trade_status":"{{status}}","total_amount":"368.00","send_pay_date":"2026-11-22 12:29:59",{{more}}}""";

    private static void AssertUnknown(QueryAnswer answer)
    {
        var detail = Assert.IsType<QueryAnswer.Unknown>(answer).Detail;
        Assert.EndsWith(".", detail, StringComparison.Ordinal);
        Assert.True(detail.Length is > 10 and < 500, detail);
    }

    private static Task<QueryAnswer> QueryAsync(StubGateway gateway, Dictionary<string, string?>? settings = null) =>
        Some.Provider(settings, gateway).QueryAsync(Some.Reference(), TestContext.Current.CancellationToken);
}
