using Microsoft.AspNetCore.WebUtilities;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

public class AppPageTests
{
    private static readonly string[] Parameters = ["appid", "partnerid", "prepayid", "package", "noncestr", "timestamp", "sign"];

    [Theory]
    [InlineData("pay", "0", "SUCCESS")]
    [InlineData("cancel", "-2", "NOTPAY")]
    public async Task The_app_hands_back_a_number(string button, string number, string state)
    {
        foreach (var signType in new[] { "MD5", "HMAC-SHA256" })
        {
            await using var sandbox = await SandboxHost.StartAsync();
            var merchant = new V2Merchant(sandbox, signType);
            var launch = merchant.AppLaunch((await merchant.PlaceAsync("order-1", "APP"))["prepay_id"]);
            using var phone = new Browser(sandbox, Browser.Android);
            var opened = await phone.PostAsync("/wechat/app", [.. launch.Select(parameter => (parameter.Key, parameter.Value))]);
            var cashier = await phone.OpenAsync(opened.Location!);
            Assert.Equal("¥0.01", cashier.Text("amount"));
            Assert.Equal(number, (await phone.PressAsync(cashier, button)).Text("err-code"));
            Assert.Equal(state, await merchant.StateAsync("order-1"));
        }
    }

    [Theory]
    [InlineData("sign", "0", "支付验证签名失败")]
    [InlineData("noncestr", "other", "支付验证签名失败")]
    [InlineData("package", "prepay_id=1", "支付参数package格式错误，应为Sign=WXPay")]
    [InlineData("partnerid", WeChatKeys.OtherMchId, "支付参数partnerid与下单商户不一致")]
    public async Task A_wrong_launch_is_minus_one(string parameter, string value, string reason)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        var launch = merchant.AppLaunch((await merchant.PlaceAsync("order-1", "APP"))["prepay_id"]);
        launch[parameter] = value;
        using var phone = new Browser(sandbox, Browser.Android);
        var page = await phone.OpenAsync(QueryHelpers.AddQueryString("/wechat/app", launch!));
        Assert.Equal((reason, "-1"), (page.Text("error-reason"), page.Text("err-code")));
    }

    [Fact]
    public async Task A_person_can_type_the_parameters_in()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        using var phone = new Browser(sandbox, Browser.Android);
        var page = await phone.OpenAsync("/wechat/app");
        Assert.All(Parameters, name =>
            Assert.Contains($"name=\"{name}\"", page.Html, StringComparison.Ordinal));
    }
}
