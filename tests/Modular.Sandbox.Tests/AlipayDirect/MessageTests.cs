using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.AlipayDirect;

/// <summary>Notifications and returns, and what notify_verify says about them.</summary>
public class MessageTests
{
    private const string Subject = "庭院'\"<客房>& 50%+";

    [Theory]
    [MemberData(nameof(PaymentTests.Dialects), MemberType = typeof(PaymentTests))]
    public async Task A_payment_is_announced_in_the_merchants_charset_and_signature_and_the_browser_comes_back_likewise(string signType, string charset)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var listener = await RawListener.StartAsync();
        var shop = new DirectShop(sandbox, signType: signType, charset: charset);

        var back = await shop.PayAsync(DirectShop.Payment(
            "n1", ("subject", Subject), ("notify_url", listener.Url), ("return_url", "http://127.0.0.1:9/back"), ("extra_common_param", "加")));

        var post = await listener.NextAsync();
        Assert.Equal($"application/x-www-form-urlencoded; charset={charset}", post.Headers["Content-Type"]);
        var news = shop.Read(post.Body);
        Assert.Equal(
            ("trade_status_sync", "n1", Subject, "TRADE_SUCCESS", "0.01", "0.01", "1", DirectKeys.Partner, "加"),
            (news["notify_type"], news["out_trade_no"], news["subject"], news["trade_status"], news["total_fee"], news["price"], news["quantity"], news["seller_id"], news["extra_common_param"]));
        Assert.DoesNotContain(news, field => field.Value.Length == 0);

        Assert.StartsWith("http://127.0.0.1:9/back?", back, StringComparison.Ordinal);
        var returned = shop.Read(back.Split('?')[1]);
        Assert.Equal(
            ("T", "create_direct_pay_by_user", "n1", Subject, "TRADE_SUCCESS", "0.01", news["trade_no"]),
            (returned["is_success"], returned["exterface"], returned["out_trade_no"], returned["subject"], returned["trade_status"], returned["total_fee"], returned["trade_no"]));
        Assert.NotEqual(news["notify_id"], returned["notify_id"]);
    }

    [Fact]
    public async Task A_payment_of_the_basic_product_is_finished_at_once()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var listener = await NotifyListener.StartAsync();
        var shop = new DirectShop(sandbox, DirectKeys.Basic);
        await shop.PayAsync(DirectShop.Payment("n2", ("notify_url", listener.Url)));
        Assert.Equal("TRADE_FINISHED", (await listener.NextAsync())["trade_status"]);
        Assert.Equal("TRADE_FINISHED", shop.Trade(await shop.QueryAsync("n2"))["trade_status"]);
    }

    [Fact]
    public async Task The_id_of_a_notification_is_true_for_its_partner_until_it_is_acknowledged()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var listener = await NotifyListener.StartAsync();
        listener.Answer = (200, "fail");
        var shop = new DirectShop(sandbox);
        await shop.PayAsync(DirectShop.Payment("n3", ("notify_url", listener.Url)));
        var id = (await listener.NextAsync())["notify_id"];
        await UntilAsync(sandbox, "n3", 1, "PENDING");
        sandbox.Time.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromSeconds(1));
        Assert.Equal(("true", "invalid", "invalid"), (await shop.VerifyAsync(id), await shop.VerifyAsync(id, DirectKeys.Basic), await shop.VerifyAsync(id + "0")));
        Assert.True(listener.IsQuiet);

        listener.Answer = (200, "success");
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(id, (await listener.NextAsync())["notify_id"]);
        await UntilAsync(sandbox, "n3", 2, "ACKNOWLEDGED");

        Assert.Equal("invalid", await shop.VerifyAsync(id));
    }

    [Fact]
    public async Task The_id_of_a_return_is_true_for_a_minute()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox);
        var id = shop.Read((await shop.PayAsync(DirectShop.Payment("n4", ("return_url", "http://127.0.0.1:9/back")))).Split('?')[1])["notify_id"];
        Assert.Equal("true", await shop.VerifyAsync(id));
        sandbox.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(("true", "invalid"), (await shop.VerifyAsync(id), await shop.VerifyAsync(id, DirectKeys.Basic)));
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("false", await shop.VerifyAsync(id));
    }

    [Theory]
    [InlineData("wrongKey", false)]
    [InlineData("tamper", false)]
    [InlineData("resignTampered", true)]
    public async Task Faults_spoil_notifications(string fault, bool isSigned)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await using var listener = await NotifyListener.StartAsync();
        var shop = new DirectShop(sandbox);
        await sandbox.SetFaultsAsync(new
        {
            notify = new Dictionary<string, object> { [fault] = fault == "wrongKey" ? true : new { total_fee = "9.99" }, ["notifyVerify"] = "false" },
        });
        await shop.PayAsync(DirectShop.Payment("n5", ("notify_url", listener.Url)));
        var news = await listener.NextAsync();
        Assert.Equal(isSigned, shop.IsSigned(news, news["sign"]));
        Assert.Equal(fault == "wrongKey" ? "0.01" : "9.99", news["total_fee"]);
        Assert.Equal("false", await shop.VerifyAsync(news["notify_id"]));
    }

    [Theory]
    [MemberData(nameof(PaymentTests.Dialects), MemberType = typeof(PaymentTests))]
    public async Task Any_text_is_signed_by_hand_as_a_message_is(string signType, string charset)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var signed = await sandbox.ControlAsync("sign", new
        {
            appId = DirectKeys.Partner, charset, signType, parameters = new { subject = Subject, body = "", sign_type = "none" },
        });
        var fields = new DirectShop(sandbox, signType: signType, charset: charset).Read((string)signed["form"]!);
        Assert.Equal(Subject, fields["subject"]);
    }

    [Fact]
    public async Task A_closing_is_told_to_those_who_asked_for_it()
    {
        await using var sandbox = await SandboxHost.StartAsync(("AlipayDirect:NotifyClosed", "true"));
        await using var listener = await NotifyListener.StartAsync();
        var shop = new DirectShop(sandbox);
        await shop.EnterAsync(DirectShop.Payment("n6", ("notify_url", listener.Url)));
        await sandbox.ControlAsync("trades/n6/open");
        await sandbox.ControlAsync("trades/n6/close");
        var news = await listener.NextAsync();
        Assert.Equal("TRADE_CLOSED", news["trade_status"]);
        Assert.False(news.ContainsKey("gmt_payment"));
    }

    private static Task<JsonArray> UntilAsync(SandboxHost sandbox, string outTradeNo, int attempts, string state) => sandbox.NotificationsAsync(outTradeNo, all =>
        all is [JsonObject only] && (string?)only["state"] == state && only["attempts"]!.AsArray().Count == attempts
        && (state != "PENDING" || only["nextAttemptAt"] is not null));
}
