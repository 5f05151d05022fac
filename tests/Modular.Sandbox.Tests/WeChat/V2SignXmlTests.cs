using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>Signing on demand, by the published examples: the official chapter on signatures, and the tests of an independent SDK.</summary>
public class V2SignXmlTests
{
    private static readonly Dictionary<string, string> Official = new()
    {
        ["mch_id"] = "10000100",
        ["appid"] = "wxd930ea5d5a258f4f",
        ["device_info"] = "1000",
        ["body"] = "test",
        ["nonce_str"] = "ibuaiVcKdpRxkhJA",
    };

    [Theory]
    [InlineData("MD5", "9A0A8659F005D6984697E2CA0A9CF3B7")]
    [InlineData("HMAC-SHA256", "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6")]
    public async Task The_official_example_is_signed_as_printed(string signType, string expected)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        Assert.Equal(expected, (string?)(await SignAsync(sandbox, Official, signType))["fields"]!["sign"]);
    }

    [Theory]
    [InlineData("MD5", "C52D6B09E8A039D6E8696A014BB37160")]
    [InlineData("HMAC-SHA256", "BAC9240577E86EDC7753264E502196C61F78F24777E9E7CCE82A7BD97F906EED")]
    public async Task Launch_parameters_are_signed_as_an_independent_SDK_does(string signType, string expected)
    {
        await using var sandbox = await SandboxHost.StartAsync(("WeChat:Merchants:a:ApiKey", "mock-v2-secret-key"));
        var parameters = new Dictionary<string, string>
        {
            ["appId"] = "mock-appid",
            ["nonceStr"] = "mock-nonce",
            ["package"] = "prepay_id=mock-prepay-id",
            ["timeStamp"] = "1601234567",
            ["signType"] = signType,
        };
        Assert.Equal(expected, (string?)(await SignAsync(sandbox, parameters, signType))["fields"]!["sign"]);
    }

    [Fact]
    public async Task Empty_fields_are_not_signed_but_a_zero_is()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var plain = await SignAsync(sandbox, Official);
        var empty = await SignAsync(sandbox, new(Official) { ["attach"] = "", ["sign"] = "x" });
        var zero = await SignAsync(sandbox, new(Official) { ["attach"] = "0" });
        Assert.Equal((string?)plain["fields"]!["sign"], (string?)empty["fields"]!["sign"]);
        Assert.NotEqual((string?)plain["fields"]!["sign"], (string?)zero["fields"]!["sign"]);
    }

    [Fact]
    public async Task The_XML_carries_any_text_and_changes_its_order()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var fields = Enumerable.Range(0, 12).ToDictionary(i => $"f{i}", i => $"{i}]]>&<庭院\U0001F600");
        fields["number"] = "100";
        var documents = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            documents.Add((string)(await SignAsync(sandbox, fields))["xml"]!);
        }

        Assert.All(documents, document =>
        {
            var read = V2Merchant.Read(document);
            Assert.True(new V2Merchant(sandbox).IsSigned(read));
            Assert.Equal(fields.OrderBy(field => field.Key), read.Where(field => field.Key != "sign").OrderBy(field => field.Key));
        });
        Assert.True(documents.Distinct().Count() > 1, "Five documents of fourteen fields in the same order.");
        Assert.Contains("<number>100</number>", documents[0], StringComparison.Ordinal);
        Assert.Contains("<f1><![CDATA[1]]]]><![CDATA[>", documents[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Characters_that_XML_cannot_carry_are_left_out_before_signing()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var read = V2Merchant.Read((string)(await SignAsync(sandbox, new() { ["a"] = "x\u0001y" }))["xml"]!);
        Assert.Equal("xy", read["a"]);
        Assert.True(new V2Merchant(sandbox).IsSigned(read));
    }

    [Theory]
    [InlineData("1900009999", "MD5", "unknown_merchant")]
    [InlineData(WeChatKeys.MchId, "RSA", "unknown_sign_type")]
    public async Task An_unknown_merchant_or_algorithm_is_named(string mchId, string signType, string code)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        Assert.Equal(code, (string?)(await sandbox.ControlAsync("wechat/sign-xml", new { mchId, fields = Official, signType }))["code"]);
    }

    private static Task<JsonNode> SignAsync(SandboxHost sandbox, Dictionary<string, string> fields, string signType = "MD5") =>
        sandbox.ControlAsync("wechat/sign-xml", new { mchId = WeChatKeys.MchId, fields, signType });
}
