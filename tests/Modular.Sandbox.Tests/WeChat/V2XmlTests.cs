using System.Net;
using System.Text;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>What the gateway reads and what it does not.</summary>
public class V2XmlTests
{
    private const string NotFlat = "XML格式错误";

    [Theory]
    [InlineData("""<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><a>&x;</a></xml>""", NotFlat)]
    [InlineData("<!DOCTYPE xml><xml><a>1</a></xml>", NotFlat)]
    [InlineData("<xml><a>&x;</a></xml>", NotFlat)]
    [InlineData("<xml><a><b>1</b></a></xml>", NotFlat)]
    [InlineData("<xml><a>1</a><a>2</a></xml>", NotFlat)]
    [InlineData("<xml><a b=\"1\">1</a></xml>", NotFlat)]
    [InlineData("<xml xmlns=\"urn:x\"><a>1</a></xml>", NotFlat)]
    [InlineData("<root><a>1</a></root>", NotFlat)]
    [InlineData("<xml>text<a>1</a></xml>", NotFlat)]
    [InlineData("<xml><?run it?><a>1</a></xml>", NotFlat)]
    [InlineData("<xml><a>1</a></xml><xml/>", NotFlat)]
    [InlineData("<xml><a>1</a>", NotFlat)]
    [InlineData("a=1&b=2", NotFlat)]
    [InlineData("", "post数据为空")]
    [InlineData("<xml/>", "签名错误")]
    public async Task A_document_that_is_not_flat_is_refused_without_a_signature(string xml, string message)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var answer = await new V2Merchant(sandbox).PostAsync("pay/orderquery", xml);
        Assert.Equal($"<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[{message}]]></return_msg>\n</xml>", answer);
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_and_too_many_fields_are_refused()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        Assert.Contains("UTF-8", await SendAsync(sandbox, [.. "<xml><a>"u8, 0xB2, 0xE2, .. "</a></xml>"u8]), StringComparison.Ordinal);
        var many = $"<xml>{string.Concat(Enumerable.Range(0, 101).Select(i => $"<f{i}>1</f{i}>"))}</xml>";
        Assert.Contains(NotFlat, await SendAsync(sandbox, Encoding.UTF8.GetBytes(many)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_beyond_every_honest_size_is_not_read_to_its_end()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        using var content = new ByteArrayContent(new byte[70_000]);
        using var response = await sandbox.Client.PostAsync("/pay/orderquery", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Only_POST_is_answered()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        Assert.Contains("请使用post方法", await sandbox.Client.GetStringAsync("/pay/orderquery", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mark_a_declaration_comments_CDATA_and_entities_are_read()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        var fields = merchant.Complete(new(merchant.Order("xml-00001")) { ["body"] = "1 & <2> ]]" });
        var xml = new StringBuilder("\uFEFF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- order -->\n<xml>\n");
        foreach (var (name, value) in fields)
        {
            xml.Append('<').Append(name).Append('>')
                .Append(name == "body" ? "1 &amp; <![CDATA[<2>]]> ]]" : $"<![CDATA[{value}]]>")
                .Append("</").Append(name).Append("><!-- -->\n");
        }

        var answer = V2Merchant.Read(await merchant.PostAsync("pay/unifiedorder", xml.Append("<empty/></xml>").ToString()));
        Assert.True(answer.GetValueOrDefault("result_code") == "SUCCESS", string.Join(' ', answer));
    }

    private static async Task<string> SendAsync(SandboxHost sandbox, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var response = await sandbox.Client.PostAsync("/pay/orderquery", content, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
