using Modular.Payments;
using Modular.Payments.Abstractions;

namespace Modular.Tests.Payments;

/// <summary>What the checkout offers where.</summary>
public sealed class DeviceMatrixTests
{
    private static readonly Choice AlipayPage = Alipay(PaymentScene.Pc);
    private static readonly Choice AlipayPhone = Alipay(PaymentScene.Mobile);
    private static readonly Choice AlipayCode = Alipay(PaymentScene.Qr);
    private static readonly Choice WeChatCode = WeChat(PaymentScene.Qr);
    private static readonly Choice WeChatPhone = WeChat(PaymentScene.Mobile);
    private static readonly Choice WeChatInside = WeChat(PaymentScene.Wechat);
    private static readonly Choice[] All = [AlipayPage, AlipayPhone, AlipayCode, WeChatCode, WeChatInside, WeChatPhone];

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36", "Computer")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1", "Phone")]
    [InlineData("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36", "Phone")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.60(0x18003c2f)", "Wechat")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0) Chrome/116.0 Safari/537.36 NetType/WIFI micromessenger/7.0.20 WindowsWechat", "Wechat")]
    [InlineData("Mozilla/5.0 (Linux; U; Android 15) Mobile Safari/537.36 AlipayDefined AlipayClient/10.6.90", "Alipay")]
    [InlineData("", "Computer")]
    public void The_user_agent_tells_the_device(string userAgent, string device) => Assert.Equal(device, Devices.Of(userAgent, null).ToString());

    [Theory]
    [InlineData("phone", "Phone")]
    [InlineData("wechat", "Wechat")]
    [InlineData("computer", "Computer")]
    [InlineData("nonsense", "Alipay")]
    [InlineData("", "Alipay")]
    public void The_address_overrides_what_the_user_agent_tells(string asked, string device) =>
        Assert.Equal(device, Devices.Of("AlipayClient/10.6", asked).ToString());

    [Fact]
    public void A_computer_is_offered_Alipays_page_and_the_codes()
    {
        var offer = Offer.For(Device.Computer, All);
        Assert.Equal([AlipayPage, AlipayCode, WeChatCode], offer.Fitting);
        Assert.Equal([AlipayPhone, WeChatPhone], offer.Others);
        Assert.Empty(offer.Blocked);
    }

    [Fact]
    public void A_phone_is_offered_the_pages_that_open_the_apps()
    {
        var offer = Offer.For(Device.Phone, All);
        Assert.Equal([AlipayPhone, WeChatPhone], offer.Fitting);
        Assert.Equal([AlipayPage, AlipayCode, WeChatCode], offer.Others);
        Assert.Empty(offer.Blocked);
    }

    [Fact]
    public void Inside_WeChat_its_own_payment_comes_first_and_Alipay_needs_a_browser()
    {
        var offer = Offer.For(Device.Wechat, All);
        Assert.Equal([WeChatInside], offer.Fitting);
        Assert.Equal([WeChatCode], offer.Others);
        Assert.Equal([AlipayPage, AlipayPhone, AlipayCode], offer.Blocked);
    }

    [Fact]
    public void Inside_Alipays_app_it_is_the_reverse()
    {
        var offer = Offer.For(Device.Alipay, All);
        Assert.Equal([AlipayPhone], offer.Fitting);
        Assert.Equal([AlipayPage, AlipayCode], offer.Others);
        Assert.Equal([WeChatCode, WeChatPhone], offer.Blocked);
    }

    [Fact]
    public void A_provider_without_an_app_is_offered_everywhere()
    {
        var other = new Choice("card", "Card", "Some.Plugin", Wallet.Other, PaymentScene.Mobile);
        Assert.Equal([Suitability.Possible, Suitability.Fits, Suitability.Fits, Suitability.Fits], Enum.GetValues<Device>().Select(other.On));
    }

    [Fact]
    public void The_app_scene_and_WeChats_own_are_never_offered_where_they_cannot_work()
    {
        Assert.All(Enum.GetValues<Device>(), device => Assert.Equal(Suitability.None, WeChat(PaymentScene.App).On(device)));
        Assert.All(Enum.GetValues<Device>().Except([Device.Wechat]), device => Assert.Equal(Suitability.None, WeChatInside.On(device)));
    }

    [Fact]
    public void Two_instances_of_one_provider_are_told_apart_by_name()
    {
        ProviderView View(string name) => new(name, "P", "微信支付", ["qr"], null, Wallet.WeChat, [PaymentScene.Qr]);
        Assert.Equal(["微信支付 (a)", "微信支付 (b)"], Choice.AllOf([View("a"), View("b")]).Select(choice => choice.Label));
        Assert.Equal(["微信支付"], Choice.AllOf([View("a")]).Select(choice => choice.Label));
    }

    private static Choice Alipay(PaymentScene scene) => new("alipay", "Alipay", "Modular.Payments.Alipay", Wallet.Alipay, scene);

    private static Choice WeChat(PaymentScene scene) => new("wechatpay", "WeChat Pay", "Modular.Payments.WeChatPay", Wallet.WeChat, scene);
}
