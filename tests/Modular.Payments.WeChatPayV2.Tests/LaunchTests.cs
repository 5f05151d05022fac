using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>What the shopper's browser or app does with an order, the first time and again.</summary>
public sealed class LaunchTests
{
    [Fact]
    public async Task A_qr_code_holds_the_code_url() =>
        Assert.Equal(new PaymentAction.QrCode(Some.CodeUrl), (await StartedAsync(PaymentScene.Qr)).Action);

    [Theory]
    [InlineData(Some.MwebUrl, Some.MwebUrl + "&redirect_url=")]
    [InlineData("http://127.0.0.1:5081/checkmweb", "http://127.0.0.1:5081/checkmweb?redirect_url=")]
    public async Task A_browser_goes_to_the_cashier_and_comes_back_with_our_number(string mwebUrl, string expected)
    {
        var url = Assert.IsType<PaymentAction.Redirect>((await StartedAsync(PaymentScene.Mobile, StubGateway.Ordering(mwebUrl))).Action).Url.AbsoluteUri;
        Assert.Equal($"{expected}https%3A%2F%2Fshop.example%2Fpayments%2Fwechat%2Freturn%3Fpayment%3D{Some.PaymentNo}", url);

        var back = new Uri(Uri.UnescapeDataString(url.Split("redirect_url=")[1]));
        var verification = await Some.Provider().VerifyReturnAsync(new RawRequest("GET", back.Query.TrimStart('?'), [], default), TestContext.Current.CancellationToken);
        Assert.Equal(new Verification.Unsigned(Some.PaymentNo), verification);
    }

    [Theory]
    [InlineData(WeChat.Hmac)]
    [InlineData(WeChat.Md5)]
    public async Task A_page_inside_wechat_gets_the_five_signed_parameters(string type)
    {
        var invoke = Assert.IsType<PaymentAction.Invoke>((await StartedAsync(PaymentScene.Wechat, type: type)).Action);
        Assert.Equal("wechat-jsapi", invoke.Client);
        Assert.Equal(["appId", "timeStamp", "nonceStr", "package", "signType", "paySign"], invoke.Parameters.Keys);
        Assert.Equal(Some.AppId, invoke.Parameters["appId"]);
        Assert.Equal("1795321800", invoke.Parameters["timeStamp"]);
        Assert.Equal($"prepay_id={Some.PrepayId}", invoke.Parameters["package"]);
        Assert.Equal(type, invoke.Parameters["signType"]);
        Assert.Equal(WeChat.Sign(invoke.Parameters.Where(p => p.Key != "paySign"), type), invoke.Parameters["paySign"]);
    }

    [Theory]
    [InlineData(WeChat.Hmac)]
    [InlineData(WeChat.Md5)]
    public async Task An_app_gets_the_six_signed_parameters_in_small_letters(string type)
    {
        var invoke = Assert.IsType<PaymentAction.Invoke>((await StartedAsync(PaymentScene.App, type: type)).Action);
        Assert.Equal("wechat-app", invoke.Client);
        Assert.Equal(["appid", "partnerid", "prepayid", "package", "noncestr", "timestamp", "sign"], invoke.Parameters.Keys);
        Assert.Equal(Some.MchId, invoke.Parameters["partnerid"]);
        Assert.Equal(Some.PrepayId, invoke.Parameters["prepayid"]);
        Assert.Equal("Sign=WXPay", invoke.Parameters["package"]);
        Assert.Equal("1795321800", invoke.Parameters["timestamp"]);
        Assert.Equal(WeChat.Sign(invoke.Parameters, type), invoke.Parameters["sign"]);
    }

    [Theory]
    [InlineData(PaymentScene.Qr, 114)]
    [InlineData(PaymentScene.Wechat, 114)]
    [InlineData(PaymentScene.App, 114)]
    [InlineData(PaymentScene.Mobile, 3)]
    public async Task A_resume_serves_without_the_network_until_it_expires_and_then_the_order_is_sent_again(PaymentScene scene, int minutes)
    {
        var time = new FakeTimeProvider(Some.Now);
        var gateway = StubGateway.Ordering();
        var provider = Some.Provider(gateway, time: time);
        var first = await StartAsync(Some.Start(scene));

        time.Advance(TimeSpan.FromMinutes(minutes));
        var again = await StartAsync(Some.Start(scene) with { Resume = first.Resume, PayerId = null });
        Assert.Single(gateway.Calls);
        Assert.Equal(first.Resume, again.Resume);
        if (again.Action is PaymentAction.Invoke invoke)
        {
            var before = Assert.IsType<PaymentAction.Invoke>(first.Action).Parameters;
            Assert.All(invoke.Parameters, p => Assert.Equal(p.Key is "nonceStr" or "noncestr" or "timeStamp" or "timestamp" or "paySign" or "sign", before[p.Key] != p.Value));
        }
        else
        {
            Assert.Equal(first.Action, again.Action);
        }

        time.Advance(TimeSpan.FromMinutes(1));
        var renewed = await StartAsync(Some.Start(scene) with { Resume = first.Resume });
        Assert.Equal(2, gateway.Calls.Count);
        Assert.NotEqual(first.Resume, renewed.Resume);

        async Task<StartAnswer.Started> StartAsync(StartRequest request) =>
            Assert.IsType<StartAnswer.Started>(await provider.StartAsync(request, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_expired_resume_inside_wechat_needs_the_payer_again()
    {
        var resume = new Prepaid(TradeType.Jsapi, Some.PrepayId, Some.Now).Write();
        var answer = await Some.Provider().StartAsync(Some.Start(PaymentScene.Wechat) with { Resume = resume, PayerId = null }, TestContext.Current.CancellationToken);
        Assert.IsType<StartAnswer.PayerNeeded>(answer);
    }

    [Fact]
    public async Task A_resume_holds_no_signature_and_no_secret_and_fits()
    {
        foreach (var scene in Some.Provider().Scenes)
        {
            var longest = scene == PaymentScene.Mobile ? "https://wx.tenpay.com/?" + new string('a', 745) : null;
            var started = await StartedAsync(scene, StubGateway.Ordering(longest));
            Assert.InRange(started.Resume!.Length, 1, 1024);
            Assert.DoesNotContain(Some.ApiKey, started.Resume, StringComparison.Ordinal);
            if (started.Action is PaymentAction.Invoke invoke)
            {
                Assert.DoesNotContain(invoke.Parameters.TryGetValue("paySign", out var sign) ? sign : invoke.Parameters["sign"], started.Resume, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("2 NATIVE 1795329000 weixin://wxpay/1")]
    [InlineData("1 JSAPI 1795329000 wx1")]
    [InlineData("1 NATIVE 1795321800 weixin://wxpay/1")]
    [InlineData("1 NATIVE -1 weixin://wxpay/1")]
    [InlineData("1 NATIVE 9999999999999999999 weixin://wxpay/1")]
    [InlineData("1 NATIVE 999999999999999 weixin://wxpay/1")]
    [InlineData("1 NATIVE 1795329000 weixin://wxpay/1 2")]
    [InlineData("1 NATIVE 1795329000 ")]
    [InlineData("1 NATIVE 1795329000 weixin://wxpay/\u0001")]
    public void A_resume_that_cannot_be_read_counts_as_absent(string resume) =>
        Assert.Null(Prepaid.Read(resume, TradeType.Native, Some.Now));

    [Fact]
    public void Any_text_in_place_of_a_resume_is_harmless() =>
        Gen.String.Sample(text => Prepaid.Read(text, TradeType.Mweb, Some.Now) is null, iter: 2000);

    [Fact]
    public void A_resume_that_was_written_is_read_back() =>
        Gen.Select(Gen.Int[1, 100_000], Gen.String[Gen.Char['!', '~'], 1, 768]).Sample(
            (seconds, url) =>
            {
                var order = new Prepaid(TradeType.Native, url, Some.Now.AddSeconds(seconds));
                return Prepaid.Read(order.Write(), TradeType.Native, Some.Now) == order;
            },
            iter: 2000);

    private static async Task<StartAnswer.Started> StartedAsync(PaymentScene scene, StubGateway? gateway = null, string type = WeChat.Hmac)
    {
        var stub = gateway ?? new StubGateway(call => WeChat.Http(type == WeChat.Hmac
            ? Some.Ordered(call.Fields["trade_type"])
            : WeChat.Signed(WeChat.AnswerFields(("trade_type", call.Fields["trade_type"]), ("prepay_id", Some.PrepayId)), type)));
        return Assert.IsType<StartAnswer.Started>(await Some.Provider(stub, Some.Settings(("SignType", type))).StartAsync(Some.Start(scene), TestContext.Current.CancellationToken));
    }
}
