using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

public sealed class QueryTests
{
    private const string NotExist = """{"code":"ORDER_NOT_EXIST","message":"订单不存在"}""";

    [Theory]
    [InlineData("SUCCESS", ReportedState.Paid)]
    [InlineData("REFUND", ReportedState.Paid)]
    [InlineData("NOTPAY", ReportedState.Pending)]
    [InlineData("USERPAYING", ReportedState.Pending)]
    [InlineData("PAYERROR", ReportedState.Pending)]
    [InlineData("CLOSED", ReportedState.Closed)]
    [InlineData("REVOKED", ReportedState.Closed)]
    public async Task A_verified_answer_is_known(string state, ReportedState expected)
    {
        var gateway = StubGateway.Signing(Some.Transaction(state));
        var report = Assert.IsType<QueryAnswer.Known>(await QueryAsync(gateway)).Report;
        Assert.Equal(expected, report.State);
        Assert.Equal(Some.PaymentNo, report.PaymentNo);
        Assert.Equal(Money.Cny(36800), report.Amount);
        Assert.Equal(new ProviderAccount(Some.MchId, Some.AppId), report.Account);
        Assert.Equal("4200001234202611220000000001", report.ProviderTradeNo);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 4, 29, 59, TimeSpan.Zero), report.PaidAt);
        Assert.Equal(state, report.ProviderState);

        var call = Assert.Single(gateway.Calls);
        Assert.Equal("GET", call.Method);
        Assert.Equal("https://api.mch.weixin.qq.com/v3/pay/transactions/out-trade-no/P20261122000001?mchid=1900007291", call.Url.AbsoluteUri);
        Assert.Null(call.ContentType);
    }

    [Fact]
    public async Task The_number_alone_is_asked_about_even_when_wechats_own_is_known()
    {
        var gateway = StubGateway.Signing(Some.Transaction());
        await Some.Provider(gateway: gateway).QueryAsync(Some.Reference() with { ProviderTradeNo = "4200001234202611220000000001" }, TestContext.Current.CancellationToken);
        Assert.Contains("/out-trade-no/", gateway.Calls[0].Url.AbsolutePath, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"total":36800}""")]
    [InlineData("""{"total":"36800","currency":"CNY"}""")]
    [InlineData("""{"total":368.00,"currency":"CNY"}""")]
    [InlineData("""{"total":1e5,"currency":"CNY"}""")]
    [InlineData("""{"total":-1,"currency":"CNY"}""")]
    [InlineData("""{"total":99999999999999999999,"currency":"CNY"}""")]
    [InlineData("""{"payer_total":36800,"currency":"CNY"}""")]
    [InlineData("[]")]
    public async Task B02_an_amount_that_cannot_be_read_is_left_open(string amount) =>
        Assert.Null(Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Signing(Some.Transaction(amount: amount)))).Report.Amount);

    [Fact]
    public async Task A_currency_is_reported_as_named() =>
        Assert.Equal(new Money(1, "usd"), Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Signing(Some.Transaction(amount: """{"total":1,"currency":"usd"}""")))).Report.Amount);

    [Theory]
    [InlineData("ORDER_NOT_EXIST")]
    [InlineData("ORDERNOTEXIST")]
    public async Task A_signed_not_exist_is_not_found_and_an_unsigned_one_is_unknown(string code)
    {
        var body = NotExist.Replace("ORDER_NOT_EXIST", code, StringComparison.Ordinal);
        var report = Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Signing(body, 404))).Report;
        Assert.Equal(ReportedState.NotFound, report.State);
        Assert.Equal(Some.PaymentNo, report.PaymentNo);

        AssertUnknown(await QueryAsync(StubGateway.Saying(body, 404)));
        AssertUnknown(await QueryAsync(StubGateway.Signing(body, 404, Keys.Merchant)));
        AssertUnknown(await QueryAsync(StubGateway.Signing(body, 404, at: Keys.Now.AddMinutes(6))));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"trade_state":"SUCCESS"}""")]
    [InlineData("""{"out_trade_no":"P20261122000001"}""")]
    [InlineData("""{"out_trade_no":"P20261122000002","trade_state":"SUCCESS"}""")]
    [InlineData("""{"out_trade_no":"P20261122000001","trade_state":"TELEPATHY"}""")]
    [InlineData("""{"out_trade_no":"P20261122000001","trade_state":"success"}""")]
    [InlineData("""{"out_trade_no":"P20261122000001","trade_state":"CLOSED","trade_state":"SUCCESS"}""")]
    [InlineData("""{"out_trade_no":"P20261122000001","trade_state":"SUCCESS","transaction_id":"\u0000"}""")]
    [InlineData("""{"out_trade_no":"P20261122000001","trade_state":"SUCCESS","attach":"\ud800"}""")]
    [InlineData("""[]""")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("<xml/>")]
    public async Task A_signed_answer_that_settles_nothing_is_unknown(string body) =>
        AssertUnknown(await QueryAsync(StubGateway.Signing(body)));

    [Fact]
    public async Task S16_an_answer_that_is_not_signed_is_unknown()
    {
        var paid = Some.Transaction();
        AssertUnknown(await QueryAsync(StubGateway.Saying(paid)));
        AssertUnknown(await QueryAsync(StubGateway.Signing(paid, key: Keys.Merchant)));
        AssertUnknown(await QueryAsync(StubGateway.Signing(paid, serial: "PUB_KEY_ID_1")));
        AssertUnknown(await QueryAsync(StubGateway.Signing(paid, serial: Some.PublicKeyId.ToLowerInvariant())));
        AssertUnknown(await QueryAsync(new StubGateway(_ => StubGateway.Answer(paid + " ", 200, Some.Signed(paid)))));
        foreach (var name in Some.Signed(paid).Keys.Where(name => name != "Wechatpay-Signature-Type"))
        {
            AssertUnknown(await QueryAsync(new StubGateway(_ => StubGateway.Answer(paid, 200, Some.Signed(paid).Where(h => h.Key != name)))));
        }
    }

    [Theory]
    [InlineData(-300)]
    [InlineData(300)]
    [InlineData(-86400)]
    public async Task S16_an_answer_from_another_time_is_unknown_and_names_the_clocks(int seconds)
    {
        var detail = AssertUnknown(await QueryAsync(StubGateway.Signing(Some.Transaction(), at: Keys.Now.AddSeconds(seconds))));
        Assert.Contains($"{Math.Abs(seconds)} seconds {(seconds > 0 ? "ahead of" : "behind")} this machine's clock", detail, StringComparison.Ordinal);
        Assert.Contains("one of the two clocks is off", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-299)]
    [InlineData(299)]
    public async Task An_answer_within_five_minutes_is_known(int seconds) =>
        Assert.IsType<QueryAnswer.Known>(await QueryAsync(StubGateway.Signing(Some.Transaction(), at: Keys.Now.AddSeconds(seconds))));

    [Theory]
    [InlineData(202)]
    [InlineData(302)]
    [InlineData(500)]
    [InlineData(429)]
    public async Task Another_status_is_unknown_even_when_signed(int status) =>
        AssertUnknown(await QueryAsync(StubGateway.Signing(Some.Transaction(), status)));

    [Theory]
    [InlineData(401, "SIGN_ERROR")]
    [InlineData(400, "PARAM_ERROR")]
    [InlineData(404, "RESOURCE_NOT_EXISTS")]
    [InlineData(403, "NO_AUTH")]
    public async Task A_refused_question_says_nothing_about_the_payment(int status, string code)
    {
        AssertUnknown(await QueryAsync(StubGateway.Saying($$"""{"code":"{{code}}","message":"m"}""", status)));
        Assert.Contains(code, AssertUnknown(await QueryAsync(StubGateway.Signing($$"""{"code":"{{code}}","message":"m"}""", status))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_network_is_unknown_and_names_no_address()
    {
        Exception[] failures = [new HttpRequestException("https://secret.example"), new TaskCanceledException("timeout"), new IOException("https://secret.example"), new InvalidDataException("gzip")];
        foreach (var failure in failures)
        {
            Assert.DoesNotContain("example", AssertUnknown(await QueryAsync(new StubGateway(_ => throw failure))), StringComparison.Ordinal);
        }

        AssertUnknown(await QueryAsync(StubGateway.Signing(new string(' ', 300 * 1024))));
    }

    [Fact]
    public async Task A_cancelled_call_propagates()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Some.Provider(gateway: StubGateway.Saying("")).QueryAsync(Some.Reference(), cancelled.Token));
    }

    [Theory]
    [InlineData("https://mirror.example/base/", "https://mirror.example/base/v3/pay/transactions/out-trade-no/a%7Cb%2A1?mchid=1900007291")]
    [InlineData("http://127.0.0.1:5090", "http://127.0.0.1:5090/v3/pay/transactions/out-trade-no/a%7Cb%2A1?mchid=1900007291")]
    public async Task What_is_signed_is_the_path_as_it_is_sent(string baseUrl, string sent)
    {
        var settings = Some.PublicKeyModeSettings();
        settings["BaseUrl"] = baseUrl;
        var gateway = StubGateway.Saying("");
        await Some.Provider(settings, gateway).QueryAsync(new PaymentReference("a|b*1", null, Keys.Now), TestContext.Current.CancellationToken);
        var call = Assert.Single(gateway.Calls);
        Assert.Equal(sent, call.Url.AbsoluteUri);

        var parts = call.Headers["Authorization"].Split(' ')[1].Split(',').ToDictionary(p => p.Split('=')[0], p => p.Split('"')[1]);
        var text = $"GET\n{call.Url.PathAndQuery}\n{parts["timestamp"]}\n{parts["nonce_str"]}\n\n";
        Assert.True(Keys.Merchant.VerifyData(System.Text.Encoding.ASCII.GetBytes(text), Convert.FromBase64String(parts["signature"]), System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1));
    }

    private static string AssertUnknown(QueryAnswer answer)
    {
        var detail = Assert.IsType<QueryAnswer.Unknown>(answer).Detail;
        Assert.EndsWith(".", detail, StringComparison.Ordinal);
        Assert.True(detail.Length is > 10 and < 500, detail);
        return detail;
    }

    private static Task<QueryAnswer> QueryAsync(StubGateway gateway) =>
        Some.Provider(gateway: gateway).QueryAsync(Some.Reference(), TestContext.Current.CancellationToken);
}
