using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>The life of an order of API v3: ordered again, paid, closed, expired.</summary>
public sealed class V3OrderTests : IAsyncLifetime
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
    public async Task The_same_order_again_gives_another_code()
    {
        var first = await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("again-1"));
        var second = await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("again-1", members: ("time_expire", "2026-11-26T12:00:00+08:00")));
        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.NotEqual((string?)first.Json["code_url"], (string?)second.Json["code_url"]);
        var trade = await sandbox.LookAsync("trades/again-1");
        Assert.Equal((string?)second.Json["code_url"], (string?)trade["codeUrl"]);
        Assert.Equal(new DateTimeOffset(2026, 12, 2, 4, 0, 0, TimeSpan.Zero), (DateTimeOffset)trade["expiresAt"]!);
    }

    [Fact]
    public async Task Other_terms_for_the_same_number_are_refused()
    {
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("terms-1"));
        var amount = await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("terms-1", members: ("amount", new JsonObject { ["total"] = 2 })));
        Assert.Equal((403, "OUT_TRADE_NO_USED"), (amount.Status, amount.Code));
        var product = await merchant.PostAsync("/v3/pay/transactions/app", merchant.Order("terms-1"));
        Assert.Equal((403, "OUT_TRADE_NO_USED"), (product.Status, product.Code));
    }

    [Fact]
    public async Task A_paid_order_can_be_neither_ordered_nor_closed()
    {
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("paid-1"));
        await sandbox.ControlAsync("trades/paid-1/pay");
        var again = await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("paid-1"));
        Assert.Equal((400, "ORDERPAID"), (again.Status, again.Code));
        Assert.EndsWith("-268449538", again.Headers["Request-ID"], StringComparison.Ordinal);
        Assert.Equal("ORDERPAID", (await merchant.CloseAsync("paid-1")).Code);
    }

    [Fact]
    public async Task Closing_is_idempotent_and_final()
    {
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("close-1"));
        Assert.Equal((204, 204), ((await merchant.CloseAsync("close-1")).Status, (await merchant.CloseAsync("close-1")).Status));
        Assert.Equal("CLOSED", (string?)(await merchant.QueryAsync("close-1")).Json["trade_state"]);
        Assert.Equal("ORDER_CLOSED", (await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("close-1"))).Code);
        Assert.Equal("ORDER_CLOSED", (string?)(await sandbox.ControlAsync("trades/close-1/pay"))["code"]);
        Assert.Equal(404, (await merchant.CloseAsync("never-ordered")).Status);
    }

    [Fact]
    public async Task An_order_closes_at_its_end_but_not_within_the_first_minute()
    {
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("ending-1", members: ("time_expire", "2026-11-25T12:00:05+08:00")));
        sandbox.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("NOTPAY", (string?)(await merchant.QueryAsync("ending-1")).Json["trade_state"]);
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("CLOSED", (string?)(await merchant.QueryAsync("ending-1")).Json["trade_state"]);
    }

    [Fact]
    public async Task Only_the_one_whom_the_order_names_can_pay()
    {
        await merchant.PostAsync("/v3/pay/transactions/jsapi", merchant.Order("payer-1", members: ("payer", WeChatV3Client.Payer())));
        var stranger = await sandbox.ControlAsync("trades/payer-1/pay", new { openid = "oSomebodyElse" });
        Assert.Equal("INVALID_REQUEST", (string?)stranger["code"]);
        await sandbox.ControlAsync("trades/payer-1/pay");
        Assert.Equal(WeChatV3Keys.OpenId, (string?)(await merchant.QueryAsync("payer-1")).Json["payer"]!["openid"]);
    }

    [Fact]
    public async Task Faults_change_what_is_paid_when_it_is_known_and_whether_closing_holds()
    {
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("fault-1"));
        await merchant.CloseAsync("fault-1");
        await sandbox.SetFaultsAsync(new { trade = new { payAmount = "0.05", payAfterClose = true, queryLagSeconds = 10 } });
        await sandbox.ControlAsync("trades/fault-1/pay");
        var lagging = (await merchant.QueryAsync("fault-1")).Json;
        Assert.Equal(("NOTPAY", (string?)null), ((string?)lagging["trade_state"], (string?)lagging["transaction_id"]));
        sandbox.Time.Advance(TimeSpan.FromSeconds(10));
        var known = (await merchant.QueryAsync("fault-1")).Json;
        Assert.Equal(("SUCCESS", 5), ((string?)known["trade_state"], (int)known["amount"]!["total"]!));
    }

    [Fact]
    public async Task A_restart_keeps_the_orders_and_their_codes()
    {
        var folder = Directory.CreateTempSubdirectory("modular-sandbox-");
        try
        {
            var settings = WeChatV3Keys.With(("Data", folder.FullName));
            JsonNode before;
            await using (var first = await SandboxHost.StartAsync(settings))
            {
                var client = new WeChatV3Client(first);
                await client.PostAsync(WeChatV3Client.Native, client.Order("restart-1"));
                before = await first.LookAsync("trades/restart-1");
            }

            await using var second = await SandboxHost.StartAsync(settings);
            var after = await second.LookAsync("trades/restart-1");
            Assert.Equal((string?)before["codeUrl"], (string?)after["codeUrl"]);
            await second.ControlAsync("trades/restart-1/pay");
            Assert.Equal("SUCCESS", (string?)(await new WeChatV3Client(second).QueryAsync("restart-1")).Json["trade_state"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_control_plane_shows_where_to_pay()
    {
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("view-1"));
        var scene = JsonNode.Parse("""{"payer_client_ip":"127.0.0.1","h5_info":{"type":"Wap"}}""");
        var answer = await merchant.PostAsync("/v3/pay/transactions/h5", merchant.Order("view-2", members: ("scene_info", scene)));
        var native = await sandbox.LookAsync("trades/view-1");
        Assert.Equal(("wechat", "v3", "native", "NOTPAY", "0.01"), (
            (string?)native["gateway"], (string?)native["api"], (string?)native["product"], (string?)native["status"], (string?)native["totalAmount"]));
        Assert.Contains("/wechat/scan/" + ((string)native["codeUrl"]!).Split("pr=")[1], (string?)native["scanUrl"], StringComparison.Ordinal);
        var h5 = await sandbox.LookAsync("trades/view-2");
        Assert.Equal((string?)answer.Json["h5_url"], (string?)h5["h5Url"]);
        Assert.Equal(["view-2", "view-1"], ((JsonArray)await sandbox.LookAsync("trades")).Select(trade => (string?)trade!["outTradeNo"]).Order(StringComparer.Ordinal).Reverse());
        var page = await sandbox.Client.GetStringAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("view-1", page, StringComparison.Ordinal);
        await sandbox.ControlAsync("trades/view-1/pay");
        using var reset = await sandbox.Client.PostAsync(new Uri("/sandbox/reset", UriKind.Relative), null, TestContext.Current.CancellationToken);
        Assert.Equal(404, (await merchant.QueryAsync("view-1")).Status);
    }
}
