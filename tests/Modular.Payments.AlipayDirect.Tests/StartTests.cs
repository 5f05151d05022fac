using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

public sealed class StartTests
{
    private const string Hostile = "预订'庭院\"<客房>& 50%+1 ＝订单";

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task A_browser_posts_a_signed_form_whose_address_names_the_charset(Dialect dialect)
    {
        var form = await FormAsync(Some.Settings(dialect), Some.Start() with { Subject = Hostile });
        Assert.Equal($"https://mapi.alipay.com/gateway.do?_input_charset={dialect.Charset}", form.Url.AbsoluteUri);
        Assert.Equal(dialect.Charset, form.Charset);

        // What a browser makes of it, byte by byte, is what Alipay gets to see.
        var received = Alipay.Decode($"{form.Url.Query.TrimStart('?')}&{Alipay.Encode(form.Fields, dialect)}", dialect);
        Assert.True(Alipay.Accepts(received, dialect));
        Assert.Equal("预订'庭院\"<客房>& 50%+1 ＝订单", received["subject"]);
        Assert.Equal(
            ["_input_charset", "it_b_pay", "notify_url", "out_trade_no", "partner", "payment_type", "return_url", "seller_id", "service", "sign", "sign_type", "subject", "total_fee"],
            received.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            ("create_direct_pay_by_user", Some.Partner, Some.SellerId, Some.PaymentNo, "368.00", "1", "30m", dialect.SignType),
            (received["service"], received["partner"], received["seller_id"], received["out_trade_no"], received["total_fee"], received["payment_type"], received["it_b_pay"], received["sign_type"]));
        Assert.Equal("https://shop.example/payments/alipay-direct/notify", received["notify_url"]);
        Assert.Equal("https://shop.example/payments/alipay-direct/return", received["return_url"]);
    }

    [Fact]
    public async Task Without_a_contract_for_it_no_time_limit_is_sent()
    {
        var with = await FormAsync(Some.Settings(null, ("SendTimeout", "true")), Some.Start());
        var without = await FormAsync(Some.Settings(null, ("SendTimeout", "False")), Some.Start());
        Assert.Equal(with.Fields.Select(field => field.Key).Where(name => name != "it_b_pay"), without.Fields.Select(field => field.Key));
        var received = Alipay.Decode($"{without.Url.Query.TrimStart('?')}&{Alipay.Encode(without.Fields, Dialect.Usual)}", Dialect.Usual);
        Assert.True(Alipay.Accepts(received, Dialect.Usual));
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task A_redirect_carries_the_same_signed_parameters_in_the_same_bytes(Dialect dialect)
    {
        var request = Some.Start() with { Subject = Hostile };
        var form = await FormAsync(Some.Settings(dialect), request);
        var url = Assert.IsType<PaymentAction.Redirect>(await ActionAsync(Some.Settings(dialect, ("Redirect", "true")), request)).Url;

        Assert.Equal(url.OriginalString, url.AbsoluteUri);
        Assert.True(url.AbsoluteUri.All(char.IsAscii));
        var received = Alipay.Decode(url.Query.TrimStart('?'), dialect);
        Assert.True(Alipay.Accepts(received, dialect));
        Assert.Equal(
            form.Fields.Append(new("_input_charset", dialect.Charset)).OrderBy(f => f.Key, StringComparer.Ordinal),
            received.OrderBy(f => f.Key, StringComparer.Ordinal));
        Assert.Contains(Alipay.PercentEncode(dialect.Encoding.GetBytes("预订")), url.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_that_some_browsers_would_cut_becomes_a_form()
    {
        var settings = Some.Settings(null, ("Redirect", "true"), ("Gateway", "https://gateway.example/"));
        var usual = Assert.IsType<PaymentAction.Redirect>(await ActionAsync(settings, Some.Start()));
        var room = 2000 - usual.Url.AbsoluteUri.Length;

        settings["Gateway"] = $"https://gateway.example/{new string('g', room)}";
        Assert.Equal(2000, Assert.IsType<PaymentAction.Redirect>(await ActionAsync(settings, Some.Start())).Url.AbsoluteUri.Length);
        settings["Gateway"] += "g";
        Assert.IsType<PaymentAction.Form>(await ActionAsync(settings, Some.Start()));
    }

    [Fact]
    public async Task The_same_terms_make_the_same_payment_whenever_they_are_started()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Keys.Now);
        var provider = Some.Provider(time: time);
        var first = await provider.StartAsync(Some.Start(), TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(20));
        var second = await provider.StartAsync(Some.Start(), TestContext.Current.CancellationToken);

        var (one, other) = (Started(first), Started(second));
        Assert.Null(one.Resume);
        Assert.Equal(((PaymentAction.Form)one.Action).Fields, ((PaymentAction.Form)other.Action).Fields);
    }

    [Theory]
    [InlineData(0, "1m")]
    [InlineData(59, "1m")]
    [InlineData(119, "1m")]
    [InlineData(1800, "30m")]
    [InlineData(86_400, "1440m")]
    [InlineData((15 * 86_400) - 1, "21599m")]
    [InlineData(15 * 86_400, "15d")]
    [InlineData(100 * 86_400, "15d")]
    public async Task T05_the_expiry_is_whole_minutes_within_alipays_limits(int seconds, string expected)
    {
        var form = await FormAsync(Some.Settings(), Some.Start() with { ExpiresAt = Keys.Now.AddSeconds(seconds) });
        Assert.Equal(expected, form.Fields.Single(f => f.Key == "it_b_pay").Value);
    }

    [Fact]
    public async Task What_alipay_never_takes_is_rejected_without_asking()
    {
        Assert.Equal("SCENE", await RejectedAsync(Some.Start() with { Scene = PaymentScene.Mobile }));
        Assert.Equal("CURRENCY", await RejectedAsync(Some.Start() with { Amount = new Money(100, "USD") }));
        Assert.Equal("AMOUNT", await RejectedAsync(Some.Start() with { Amount = Money.Cny(0) }));
        Assert.Equal("AMOUNT", await RejectedAsync(Some.Start() with { Amount = Money.Cny(Money.MaxMinor + 1) }));
        Assert.Equal("NOTIFY_URL", await RejectedAsync(Some.Start() with { NotifyUrl = new Uri($"https://shop.example/{new string('n', 170)}") }));
        Assert.Equal("NOTIFY_URL", await RejectedAsync(Some.Start() with { NotifyUrl = new Uri("https://shop.example/notify?m=pay") }));
        Assert.Equal("RETURN_URL", await RejectedAsync(Some.Start() with { ReturnUrl = new Uri($"https://shop.example/{new string('r', 180)}") }));
        Assert.IsType<PaymentAction.Form>(await ActionAsync(Some.Settings(), Some.Start() with { Amount = Money.Cny(Money.MaxMinor) }));
    }

    [Fact]
    public async Task Starting_uses_no_network()
    {
        var gateway = StubGateway.Failing(new InvalidOperationException("The network was used."));
        Assert.IsType<StartAnswer.Started>(await Some.Provider(gateway: gateway).StartAsync(Some.Start(), TestContext.Current.CancellationToken));
        Assert.Empty(gateway.Calls);
    }

    private static async Task<string> RejectedAsync(StartRequest request)
    {
        var rejected = Assert.IsType<StartAnswer.Rejected>(await Some.Provider().StartAsync(request, TestContext.Current.CancellationToken));
        Assert.EndsWith(".", rejected.Detail, StringComparison.Ordinal);
        return rejected.Code;
    }

    private static async Task<PaymentAction> ActionAsync(Dictionary<string, string?> settings, StartRequest request) =>
        Started(await Some.Provider(settings).StartAsync(request, TestContext.Current.CancellationToken)).Action;

    private static async Task<PaymentAction.Form> FormAsync(Dictionary<string, string?> settings, StartRequest request) =>
        Assert.IsType<PaymentAction.Form>(await ActionAsync(settings, request));

    private static StartAnswer.Started Started(StartAnswer answer) => Assert.IsType<StartAnswer.Started>(answer);
}
