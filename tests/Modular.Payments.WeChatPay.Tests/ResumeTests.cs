using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>Starting again what was started before.</summary>
public sealed class ResumeTests
{
    private const string Answer = """{"prepay_id":"wx2611","code_url":"weixin://wxpay/bizpayurl?pr=1","h5_url":"https://wx.tenpay.com/checkmweb?prepay_id=wx2611"}""";

    [Theory]
    [InlineData(PaymentScene.Qr, 119)]
    [InlineData(PaymentScene.Wechat, 119)]
    [InlineData(PaymentScene.App, 119)]
    [InlineData(PaymentScene.Mobile, 4)]
    public async Task What_was_prepared_serves_without_the_network_until_it_expires(PaymentScene scene, int minutes)
    {
        var (clock, gateway) = (Some.Clock(), new StubGateway(_ => StubGateway.Answer("", 500)));
        var request = Some.Start(scene);
        var started = Assert.IsType<StartAnswer.Started>(await Some.Provider(gateway: StubGateway.Signing(Answer)).StartAsync(request, TestContext.Current.CancellationToken));
        var provider = Some.Provider(gateway: gateway, clock: clock);
        var again = request with { Resume = started.Resume, PayerId = null };

        clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        var resumed = Assert.IsType<StartAnswer.Started>(await provider.StartAsync(again, TestContext.Current.CancellationToken));
        Assert.Equal(started.Resume, resumed.Resume);
        Assert.Equal(started.Action.GetType(), resumed.Action.GetType());
        Assert.Empty(gateway.Calls);

        clock.Advance(TimeSpan.FromSeconds(1));
        var late = await provider.StartAsync(again, TestContext.Current.CancellationToken);
        Assert.Equal(scene == PaymentScene.Wechat, late is StartAnswer.PayerNeeded);
        Assert.Equal(scene == PaymentScene.Wechat ? 0 : 1, gateway.Calls.Count);
    }

    [Fact]
    public async Task Each_launch_is_signed_anew_and_the_resume_holds_no_signature()
    {
        var clock = Some.Clock();
        var provider = Some.Provider(gateway: StubGateway.Signing(Answer), clock: clock);
        var first = Assert.IsType<StartAnswer.Started>(await provider.StartAsync(Some.Start(PaymentScene.Wechat), TestContext.Current.CancellationToken));
        clock.Advance(TimeSpan.FromMinutes(1));
        var second = Assert.IsType<StartAnswer.Started>(await provider.StartAsync(Some.Start(PaymentScene.Wechat) with { Resume = first.Resume }, TestContext.Current.CancellationToken));

        var (one, two) = (Assert.IsType<PaymentAction.Invoke>(first.Action).Parameters, Assert.IsType<PaymentAction.Invoke>(second.Action).Parameters);
        Assert.NotEqual(one["nonceStr"], two["nonceStr"]);
        Assert.NotEqual(one["paySign"], two["paySign"]);
        Assert.Equal("1795321860", two["timeStamp"]);
        Assert.Equal("jsapi 1795328940 wx2611", first.Resume);
    }

    [Theory]
    [InlineData("")]
    [InlineData("native")]
    [InlineData("native 1795328940")]
    [InlineData("native x weixin://a")]
    [InlineData("native -1 weixin://a")]
    [InlineData("native 99999999999999999999 weixin://a")]
    [InlineData("native 999999999999 weixin://a")]
    [InlineData("native 1795328940 weixin://a b")]
    [InlineData("native 1795328940 ")]
    [InlineData("app 1795328940 wx2611")]
    [InlineData("https://qr.example/1")]
    public async Task What_cannot_be_read_counts_as_absent(string resume)
    {
        var gateway = StubGateway.Signing(Answer);
        Assert.IsType<StartAnswer.Started>(await Some.Provider(gateway: gateway).StartAsync(Some.Start(PaymentScene.Qr) with { Resume = resume }, TestContext.Current.CancellationToken));
        Assert.Single(gateway.Calls);
    }

    [Fact]
    public async Task A_stored_address_is_as_suspect_as_a_received_one()
    {
        var gateway = StubGateway.Signing(Answer);
        await Some.Provider(gateway: gateway).StartAsync(Some.Start(PaymentScene.Mobile) with { Resume = "h5 1795328940 http://evil.example/" }, TestContext.Current.CancellationToken);
        Assert.Single(gateway.Calls);
    }

    [Fact]
    public async Task The_longest_resume_fits_its_column()
    {
        var longest = "https://wx.tenpay.com/" + new string('a', 900 - 22);
        var started = Assert.IsType<StartAnswer.Started>(await Some.Provider(gateway: StubGateway.Signing($$"""{"h5_url":"{{longest}}"}"""))
            .StartAsync(Some.Start(PaymentScene.Mobile), TestContext.Current.CancellationToken));
        Assert.True(started.Resume!.Length <= 1024);
    }
}
