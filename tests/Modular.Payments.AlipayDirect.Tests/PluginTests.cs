using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

public sealed class PluginTests
{
    private static readonly Assembly Plugin = typeof(AlipayDirectPlugin).Assembly;

    [Fact]
    public void The_plugin_shows_one_class_and_knows_the_contract_alone()
    {
        Assert.Equal([typeof(AlipayDirectPlugin)], Plugin.GetExportedTypes());
        Assert.All(
            Plugin.GetReferencedAssemblies().Select(reference => reference.Name!),
            name => Assert.True(name == "Modular.Payments.Abstractions" || name.StartsWith("System.", StringComparison.Ordinal), name));
    }

    [Fact]
    public void The_plugin_names_itself_in_both_languages_and_belongs_to_alipays_app()
    {
        var plugin = new AlipayDirectPlugin();
        Assert.Equal("支付宝", plugin.DisplayNames["zh"]);
        Assert.Equal("Alipay", plugin.DisplayNames["en"]);
        Assert.Equal(Wallet.Alipay, plugin.Wallet);
    }

    [Fact]
    public void The_desktop_is_served_and_nothing_else() => Assert.Equal([PaymentScene.Pc], Some.Provider().Scenes);

    [Fact]
    public void The_plugin_does_not_change_which_encodings_the_process_knows()
    {
        // Read from the plugin's file: the sandbox, which runs in this process for other tests, does register one.
        using var file = new PEReader(File.OpenRead(Plugin.Location));
        var metadata = file.GetMetadataReader();
        var called = metadata.MemberReferences.Select(member => metadata.GetString(metadata.GetMemberReference(member).Name)).ToHashSet();
        Assert.Contains("GetEncoding", called);
        Assert.DoesNotContain("RegisterProvider", called);
    }

    [Fact]
    public void The_acknowledgement_is_seven_bytes_and_the_refusal_is_something_else()
    {
        var acknowledgement = Some.Provider().Acknowledge();
        Assert.Equal((200, "text/plain", "success"), (acknowledgement.StatusCode, acknowledgement.ContentType, Encoding.ASCII.GetString(acknowledgement.Body.Span)));
        var refusal = Some.Provider().Refuse();
        Assert.Equal((400, "text/plain", "fail"), (refusal.StatusCode, refusal.ContentType, Encoding.ASCII.GetString(refusal.Body.Span)));
    }
}
