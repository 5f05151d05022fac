using System.Reflection;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

public sealed class PluginTests
{
    private static readonly Assembly Plugin = typeof(WeChatPayV2Plugin).Assembly;

    [Fact]
    public void The_plugin_shows_one_class_and_knows_the_contract_alone()
    {
        Assert.Equal([typeof(WeChatPayV2Plugin)], Plugin.GetExportedTypes());
        Assert.All(
            Plugin.GetReferencedAssemblies().Select(reference => reference.Name!),
            name => Assert.True(name == "Modular.Payments.Abstractions" || name.StartsWith("System.", StringComparison.Ordinal), name));
    }

    [Fact]
    public void The_plugin_names_itself_and_its_wallet()
    {
        var plugin = new WeChatPayV2Plugin();
        Assert.Equal("微信支付", plugin.DisplayNames["zh"]);
        Assert.Equal("WeChat Pay", plugin.DisplayNames["en"]);
        Assert.Equal(Wallet.WeChat, plugin.Wallet);
    }

    [Fact]
    public void Every_scene_but_the_desktop_cashier_is_served_and_one_needs_a_payer()
    {
        var provider = Some.Provider();
        Assert.Equal([PaymentScene.Qr, PaymentScene.Wechat, PaymentScene.Mobile, PaymentScene.App], provider.Scenes);
        Assert.Equal([PaymentScene.Wechat], provider.PayerScenes);
        Assert.Equal(new ProviderAccount(Some.MchId, Some.AppId), provider.Account);
    }

    [Fact]
    public void The_acknowledgement_is_the_documented_text_and_the_refusal_is_a_failure_below_500()
    {
        var acknowledgement = Some.Provider().Acknowledge();
        Assert.Equal((200, "text/xml"), (acknowledgement.StatusCode, acknowledgement.ContentType));
        Assert.Equal("<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>", Encoding.UTF8.GetString(acknowledgement.Body.Span));

        var refusal = Some.Provider().Refuse();
        Assert.InRange(refusal.StatusCode, 400, 499);
        Assert.StartsWith("<xml><return_code><![CDATA[FAIL]]></return_code>", Encoding.UTF8.GetString(refusal.Body.Span), StringComparison.Ordinal);
    }
}
