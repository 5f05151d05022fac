using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Modular.Sandbox.Tests.Support;
using Modular.Sandbox.WeChat;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>The parameters with which a page or an app opens the cashier for an order of API v3.</summary>
public sealed class LaunchTests : IAsyncLifetime
{
    private SandboxHost sandbox = null!;
    private WeChatV3Client merchant = null!;

    public async ValueTask InitializeAsync()
    {
        sandbox = await SandboxHost.StartAsync(WeChatV3Keys.With());
        merchant = new WeChatV3Client(sandbox);
    }

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Fact]
    public async Task A_right_launch_of_a_page_finds_the_order_as_long_as_the_prepay_id_lives()
    {
        var launch = await JsapiAsync("launch-1");
        Assert.Equal("launch-1", Page(launch));
        sandbox.Time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        Assert.Equal("launch-1", Page(launch));
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("prepay_id已过期，请重新下单", Page(launch));
    }

    [Theory]
    [InlineData("timeStamp", "1795579200000", "支付参数timeStamp应为以秒为单位的字符串")]
    [InlineData("timeStamp", "1795579201", "支付验证签名失败")]
    [InlineData("nonceStr", "other", "支付验证签名失败")]
    [InlineData("paySign", "bm8=", "支付验证签名失败")]
    [InlineData("paySign", "", "调用支付JSAPI缺少参数：paySign")]
    [InlineData("signType", "MD5", "支付参数signType与下单时不一致")]
    [InlineData("package", "wx123", "支付参数package格式错误，应为prepay_id=***")]
    [InlineData("package", "prepay_id=wx123", "支付参数prepay_id无效")]
    [InlineData("appId", WeChatV3Keys.OtherAppId, "支付参数appid与下单时不一致")]
    public async Task A_wrong_launch_of_a_page_is_refused(string name, string value, string message)
    {
        var launch = await JsapiAsync("launch-2");
        launch[name] = value;
        Assert.Equal(message, Page(launch));
    }

    [Fact]
    public async Task An_app_signs_the_bare_prepay_id()
    {
        var prepayId = (string)(await merchant.PostAsync("/v3/pay/transactions/app", merchant.Order("launch-3"))).Json["prepay_id"]!;
        var seconds = Seconds();
        Dictionary<string, string> Launch(string signed, string package = "Sign=WXPay", string partner = WeChatV3Keys.MchId) => new()
        {
            ["appid"] = WeChatV3Keys.AppId,
            ["partnerid"] = partner,
            ["prepayid"] = prepayId,
            ["package"] = package,
            ["noncestr"] = "n",
            ["timestamp"] = seconds,
            ["sign"] = WeChatV3Client.Sign(WeChatV3Keys.Merchant, $"{WeChatV3Keys.AppId}\n{seconds}\nn\n{signed}\n"),
        };
        Assert.Equal("launch-3", App(Launch(prepayId)));
        Assert.Equal("支付验证签名失败", App(Launch("prepay_id=" + prepayId)));
        Assert.Equal("支付参数package格式错误，应为Sign=WXPay", App(Launch(prepayId, "prepay_id=" + prepayId)));
        Assert.Equal("支付参数partnerid与下单商户不一致", App(Launch(prepayId, partner: WeChatV3Keys.OtherMchId)));
    }

    [Fact]
    public async Task Ordering_again_kills_the_older_code_but_not_an_older_prepay_id()
    {
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("launch-4"));
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("launch-4"));
        Assert.Equal([true, false], Locked(ledger => ledger.ByNumber(WeChatV3Keys.MchId, "launch-4")!.Sessions.Select(session => session.IsDead).ToArray()));
        var first = await JsapiAsync("launch-5");
        var second = await JsapiAsync("launch-5");
        Assert.NotEqual(first["package"], second["package"]);
        Assert.Equal(("launch-5", "launch-5"), (Page(first), Page(second)));
    }

    private async Task<Dictionary<string, string>> JsapiAsync(string outTradeNo)
    {
        var order = merchant.Order(outTradeNo, members: ("payer", WeChatV3Client.Payer()));
        var package = "prepay_id=" + (string)(await merchant.PostAsync("/v3/pay/transactions/jsapi", order)).Json["prepay_id"]!;
        var seconds = Seconds();
        return new()
        {
            ["appId"] = WeChatV3Keys.AppId,
            ["timeStamp"] = seconds,
            ["nonceStr"] = "nonce",
            ["package"] = package,
            ["signType"] = "RSA",
            ["paySign"] = WeChatV3Client.Sign(WeChatV3Keys.Merchant, $"{WeChatV3Keys.AppId}\n{seconds}\nnonce\n{package}\n"),
        };
    }

    private string Seconds() => sandbox.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of the order, or why there is none.</summary>
    private string Page(Dictionary<string, string> launch) => Outcome(check => Locked(ledger => check.Jsapi(ledger, launch).Trade.OutTradeNo));

    private string App(Dictionary<string, string> launch) => Outcome(check => Locked(ledger => check.App(ledger, launch).Trade.OutTradeNo));

    private string Outcome(Func<LaunchCheck, string> launch)
    {
        try
        {
            return launch(sandbox.Services.GetRequiredService<LaunchCheck>());
        }
        catch (LaunchRefusal refusal)
        {
            return refusal.Message;
        }
    }

    private T Locked<T>(Func<WeChatLedger, T> work) => sandbox.Services.GetRequiredService<WeChatBook>().Locked(work);
}
