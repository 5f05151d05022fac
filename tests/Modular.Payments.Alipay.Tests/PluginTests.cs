using System.Reflection;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Tests;

public sealed class PluginTests
{
    private static readonly Assembly Plugin = typeof(AlipayPlugin).Assembly;

    [Fact]
    public void The_plugin_shows_one_class_and_knows_the_contract_alone()
    {
        Assert.Equal([typeof(AlipayPlugin)], Plugin.GetExportedTypes());
        Assert.All(
            Plugin.GetReferencedAssemblies().Select(reference => reference.Name!),
            name => Assert.True(name == "Modular.Payments.Abstractions" || name.StartsWith("System.", StringComparison.Ordinal), name));
    }

    [Fact]
    public void The_plugin_names_itself_in_both_languages()
    {
        var names = new AlipayPlugin().DisplayNames;
        Assert.Equal("支付宝", names["zh"]);
        Assert.Equal("Alipay", names["en"]);
    }

    [Fact]
    public void Every_scene_but_the_one_inside_wechat_is_served() =>
        Assert.Equal([PaymentScene.Pc, PaymentScene.Mobile, PaymentScene.Qr, PaymentScene.App], Some.Provider().Scenes);
}
