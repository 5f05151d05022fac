using System.Net;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

public sealed class AntiPhishingTests
{
    private const string Key = "KPqU8L5sQyZ0b9dM5w==";

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task The_key_and_the_shoppers_address_are_signed_and_sent(Dialect dialect)
    {
        var gateway = StubGateway.Saying(Timestamp(Key));
        var answer = await StartAsync(gateway, dialect: dialect);
        var form = Assert.IsType<PaymentAction.Form>(Assert.IsType<StartAnswer.Started>(answer).Action);
        var received = Alipay.Decode($"{form.Url.Query.TrimStart('?')}&{Alipay.Encode(form.Fields, dialect)}", dialect);
        Assert.True(Alipay.Accepts(received, dialect));
        Assert.Equal((Key, "203.0.113.9"), (received["anti_phishing_key"], received["exter_invoke_ip"]));

        var call = Assert.Single(gateway.Calls);
        Assert.Equal(
            ("GET", $"https://mapi.alipay.com/gateway.do?service=query_timestamp&partner={Some.Partner}&_input_charset={dialect.Charset}"),
            (call.Method, call.Url.AbsoluteUri));
    }

    [Fact]
    public async Task Without_the_setting_neither_is_sent()
    {
        var form = (PaymentAction.Form)((StartAnswer.Started)await Some.Provider().StartAsync(Some.Start(), TestContext.Current.CancellationToken)).Action;
        Assert.DoesNotContain(form.Fields, field => field.Key is "anti_phishing_key" or "exter_invoke_ip");
    }

    [Fact]
    public async Task An_address_that_the_socket_called_ipv6_is_sent_as_ipv4()
    {
        var answer = await StartAsync(StubGateway.Saying(Timestamp(Key)), clientIp: "::ffff:203.0.113.7");
        Assert.Contains(new("exter_invoke_ip", "203.0.113.7"), ((PaymentAction.Form)((StartAnswer.Started)answer).Action).Fields);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2001:db8::1")]
    [InlineData("unknown")]
    public async Task Without_an_ipv4_address_the_payment_is_rejected_and_alipay_is_not_asked(string? clientIp)
    {
        var gateway = StubGateway.Saying(Timestamp(Key));
        Assert.Equal("CLIENT_IP", Assert.IsType<StartAnswer.Rejected>(await StartAsync(gateway, clientIp: clientIp)).Code);
        Assert.Empty(gateway.Calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>busy</body></html>")]
    [InlineData("<alipay><is_success>F</is_success><error>ILLEGAL_PARTNER</error></alipay>")]
    [InlineData("<alipay><is_success>T</is_success></alipay>")]
    [InlineData("<alipay><is_success>T</is_success><response><timestamp><encrypt_key></encrypt_key></timestamp></response></alipay>")]
    [InlineData("<alipay><is_success>T</is_success><response><timestamp><encrypt_key>a b</encrypt_key></timestamp></response></alipay>")]
    [InlineData("<alipay><is_success>T</is_success><response><timestamp><encrypt_key>a&amp;total_fee=0.01</encrypt_key></timestamp></response></alipay>")]
    [InlineData("<alipay><is_success>F</is_success><response><timestamp><encrypt_key>abc</encrypt_key></timestamp></response></alipay>")]
    [InlineData("<alipay><response><timestamp><encrypt_key>abc</encrypt_key></timestamp></response></alipay>")]
    public async Task A_key_that_cannot_be_had_makes_the_start_unknown(string answer) => await AssertUnknownAsync(StubGateway.Saying(answer));

    [Fact]
    public async Task A_gateway_that_fails_makes_the_start_unknown()
    {
        await AssertUnknownAsync(StubGateway.Failing(new HttpRequestException("x")));
        await AssertUnknownAsync(StubGateway.Saying(Timestamp(Key), status: HttpStatusCode.BadGateway));
        await AssertUnknownAsync(StubGateway.Saying(Timestamp(new string('k', 257))));
    }

    private static string Timestamp(string key) =>
        $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<alipay><is_success>T</is_success><request><param name=\"service\">query_timestamp</param><param name=\"partner\">{Some.Partner}</param></request><response><timestamp><encrypt_key>{key}</encrypt_key></timestamp></response></alipay>";

    private static async Task AssertUnknownAsync(StubGateway gateway) =>
        Assert.EndsWith(".", Assert.IsType<StartAnswer.Unknown>(await StartAsync(gateway)).Detail, StringComparison.Ordinal);

    private static Task<StartAnswer> StartAsync(StubGateway gateway, Dialect? dialect = null, string? clientIp = "203.0.113.9") =>
        Some.Provider(Some.Settings(dialect, ("AntiPhishing", "true")), gateway).StartAsync(Some.Start() with { ClientIp = clientIp }, TestContext.Current.CancellationToken);
}
