using System.Reflection;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

public sealed class PluginTests
{
    private static readonly Assembly Plugin = typeof(WeChatPayPlugin).Assembly;

    [Fact]
    public void The_plugin_shows_one_class_and_knows_the_contract_alone()
    {
        Assert.Equal([typeof(WeChatPayPlugin)], Plugin.GetExportedTypes());
        Assert.All(
            Plugin.GetReferencedAssemblies().Select(reference => reference.Name!),
            name => Assert.True(name == "Modular.Payments.Abstractions" || name.StartsWith("System.", StringComparison.Ordinal), name));
    }

    [Fact]
    public void The_plugin_names_itself_in_both_languages_and_its_wallet()
    {
        var plugin = new WeChatPayPlugin();
        Assert.Equal("微信支付", plugin.DisplayNames["zh"]);
        Assert.Equal("WeChat Pay", plugin.DisplayNames["en"]);
        Assert.Equal(Wallet.WeChat, plugin.Wallet);
    }

    [Fact]
    public void Every_scene_but_the_desktop_cashier_is_served_and_one_needs_the_payer()
    {
        var provider = Some.Provider();
        Assert.Equal([PaymentScene.Qr, PaymentScene.Wechat, PaymentScene.Mobile, PaymentScene.App], provider.Scenes);
        Assert.Equal([PaymentScene.Wechat], Assert.IsAssignableFrom<IPayerProvider>(provider).PayerScenes);
        Assert.IsAssignableFrom<IClosingProvider>(provider);
    }

    [Fact]
    public void A_notification_is_acknowledged_with_204_and_refused_below_500()
    {
        var provider = Some.Provider();
        Assert.Equal(204, provider.Acknowledge().StatusCode);
        Assert.True(provider.Acknowledge().Body.IsEmpty);
        Assert.Equal(400, provider.Refuse().StatusCode);
        Assert.Equal("application/json", provider.Refuse().ContentType);
        Assert.StartsWith("{\"code\":\"FAIL\",\"message\":\"", System.Text.Encoding.UTF8.GetString(provider.Refuse().Body.Span), StringComparison.Ordinal);
    }
}
