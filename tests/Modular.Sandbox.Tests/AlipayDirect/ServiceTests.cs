using System.Text;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.AlipayDirect;

public class ServiceTests
{
    private static readonly string[] Query = ["single_trade_query"];
    private static readonly string[] Verify = ["notify_verify"];

    [Theory]
    [MemberData(nameof(PaymentTests.Dialects), MemberType = typeof(PaymentTests))]
    public async Task A_query_is_answered_with_a_signed_trade_in_the_charset_of_the_request(string signType, string charset)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox, signType: signType, charset: charset);
        await shop.PayAsync(DirectShop.Payment("q1", ("subject", "庭院'\"<客房>&")));

        var answer = await shop.QueryAsync("q1");
        var trade = shop.Trade(answer);

        Assert.Equal(
            ("TRADE_SUCCESS", "庭院'\"<客房>&", "0.01", DirectKeys.Partner, "2026-11-25 12:00:00"),
            (trade["trade_status"], trade["subject"], trade["total_fee"], trade["seller_id"], trade["gmt_payment"]));
        Assert.Equal("q1", answer.Element("request")!.Elements("param").Single(param => (string?)param.Attribute("name") == "out_trade_no").Value);
        var byTradeNo = await shop.CallAsync("single_trade_query", new() { ["trade_no"] = trade["trade_no"], ["out_trade_no"] = "another" });
        Assert.Equal("q1", shop.Trade(byTradeNo)["out_trade_no"]);
    }

    [Fact]
    public async Task A_trade_exists_once_its_buyer_has_logged_in_and_for_its_partner_alone()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox);
        await shop.EnterAsync(DirectShop.Payment("q2"));
        Assert.Equal("TRADE_NOT_EXIST", DirectShop.Error(await shop.QueryAsync("q2")));
        await sandbox.ControlAsync("trades/q2/open");
        Assert.Equal("WAIT_BUYER_PAY", shop.Trade(await shop.QueryAsync("q2"))["trade_status"]);
        Assert.Equal("TRADE_NOT_EXIST", DirectShop.Error(await new DirectShop(sandbox, DirectKeys.Basic).QueryAsync("q2")));
    }

    [Fact]
    public async Task A_waiting_trade_is_closed_by_the_name_that_close_trade_has_for_its_number()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox);
        await shop.EnterAsync(DirectShop.Payment("q3"));
        Assert.Equal("TRADE_NOT_EXIST", DirectShop.Error(await CloseAsync(shop, "out_order_no")));
        await sandbox.ControlAsync("trades/q3/open");
        Assert.Equal("ILLEGAL_ARGUMENT", DirectShop.Error(await CloseAsync(shop, "out_trade_no")));
        Assert.Equal("T", (string?)(await CloseAsync(shop, "out_order_no")).Element("is_success"));
        Assert.Equal("TRADE_STATUS_NOT_AVAILD", DirectShop.Error(await CloseAsync(shop, "out_order_no")));
        Assert.Equal("TRADE_CLOSED", shop.Trade(await shop.QueryAsync("q3"))["trade_status"]);
    }

    [Fact]
    public async Task A_service_for_servers_says_no_in_XML()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox);
        Assert.Equal("ILLEGAL_SERVICE", DirectShop.Error(await shop.CallAsync("single_trade_qeury", [])));
        Assert.Equal("ILLEGAL_SIGN", DirectShop.Error(await shop.CallAsync("single_trade_query", new() { ["out_trade_no"] = "q4", ["sign"] = new('0', 32) })));
        Assert.Equal("ILLEGAL_PARTNER", DirectShop.Error(await shop.CallAsync("close_trade", new() { ["out_order_no"] = "q4", ["partner"] = "2088999900000099" })));
    }

    [Theory]
    [InlineData("Unsigned")]
    [InlineData("WrongSignature")]
    public async Task A_fault_spoils_the_signature_of_an_answer(string kind)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox);
        await shop.PayAsync(DirectShop.Payment("q5"));
        await sandbox.SetFaultsAsync(new { gateway = new[] { new { kind, methods = Query } } });

        var answer = await shop.QueryAsync("q5");

        Assert.Equal("T", (string?)answer.Element("is_success"));
        var trade = answer.Element("response")!.Element("trade")!.Elements().ToDictionary(field => field.Name.LocalName, field => field.Value);
        Assert.False((string?)answer.Element("sign") is { } sign && shop.IsSigned(trade, sign));
        Assert.Equal(kind == "Unsigned", answer.Element("sign") is null);
    }

    [Fact]
    public async Task A_fault_of_one_trade_concerns_its_notify_verify_too()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox);
        await using var listener = await NotifyListener.StartAsync();
        await sandbox.SetFaultsAsync(new { trades = new Dictionary<string, object> { ["q6"] = new { gateway = new[] { new { kind = "SystemError", methods = Verify, times = 1 } } } } });
        listener.Answer = (200, "fail");
        await shop.PayAsync(DirectShop.Payment("q6", ("notify_url", listener.Url)));
        await shop.PayAsync(DirectShop.Payment("q7", ("notify_url", listener.Url)));
        var (first, second) = (await listener.NextAsync(), await listener.NextAsync());
        var (faulty, good) = first["out_trade_no"] == "q6" ? (first, second) : (second, first);
        Assert.Equal("true", await shop.VerifyAsync(good["notify_id"]));
        Assert.Contains("<error>SYSTEM_ERROR</error>", await shop.VerifyAsync(faulty["notify_id"]), StringComparison.Ordinal);
        Assert.Equal("true", await shop.VerifyAsync(faulty["notify_id"]));
    }

    [Fact]
    public async Task The_published_signature_is_the_one_that_is_computed_here()
    {
        // The vector of another implementation: key 1 and 31 zeros.
        await using var sandbox = await SandboxHost.StartAsync(
            ("AlipayDirect:Merchants:vector:Partner", "2088000000000123"), ("AlipayDirect:Merchants:vector:Key", "1" + new string('0', 31)));
        var merchant = ((IServiceProvider)sandbox.Services).GetService(typeof(Sandbox.AlipayDirect.DirectMerchants)) as Sandbox.AlipayDirect.DirectMerchants;
        var sign = Sandbox.AlipayDirect.Wire.DirectSignature.Sign(
            merchant!.Find("2088000000000123")!, "MD5", Sandbox.AlipayDirect.Wire.DirectSignature.Text(
                [new("service", "test"), new("partner", "123"), new("sign_type", "MD5"), new("body", "")]), Encoding.UTF8);
        Assert.Equal("bbd13b52823b576291595f472ebcfbc2", sign);
    }

    private static Task<System.Xml.Linq.XElement> CloseAsync(DirectShop shop, string name) => shop.CallAsync("close_trade", new() { [name] = "q3" });
}
