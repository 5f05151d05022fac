using System.Globalization;
using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>Refunds of API v3: the rules, the ways in which they end, and their notifications.</summary>
public sealed class V3RefundTests : IAsyncLifetime
{
    private const string Path = "/v3/refund/domestic/refunds";
    private static readonly string[] RefundMethods = ["v3.refund"];

    private SandboxHost sandbox = null!;
    private WeChatV3Client merchant = null!;
    private RawListener listener = null!;

    public async ValueTask InitializeAsync()
    {
        sandbox = await SandboxHost.StartAsync(WeChatV3Keys.With());
        merchant = new WeChatV3Client(sandbox);
        listener = await RawListener.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        await sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Accepted_is_not_done_and_the_end_is_announced_to_the_address_of_the_refund()
    {
        await PaidAsync("refund-1", 500);
        var answer = await RefundAsync("refund-1", "R-1", 200, 500);
        Assert.Equal((200, "PROCESSING", null), (answer.Status, (string?)answer.Json["status"], (string?)answer.Json["success_time"]));
        Assert.Matches("^503[0-9]{26}$", (string?)answer.Json["refund_id"]);
        Assert.Equal("REFUND", (string?)(await merchant.QueryAsync("refund-1")).Json["trade_state"]);
        sandbox.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("PROCESSING", await StatusAsync("R-1"));
        Assert.True(listener.IsQuiet);

        // Nobody asks: the alarm alone ends it.
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        var (message, refund) = await NextAsync();
        Assert.Equal(("REFUND.SUCCESS", "refund", "refund"), ((string?)message["event_type"], (string?)message["resource"]!["original_type"], (string?)message["resource"]!["associated_data"]));
        Assert.Equal(("R-1", "SUCCESS", WeChatV3Keys.MchId), ((string?)refund["out_refund_no"], (string?)refund["refund_status"], (string?)refund["mchid"]));
        Assert.Equal((500, 200, null), ((int)refund["amount"]!["total"]!, (int)refund["amount"]!["refund"]!, (string?)refund["amount"]!["currency"]));
        Assert.NotNull(refund["success_time"]);
        Assert.Equal("SUCCESS", await StatusAsync("R-1"));
        Assert.Equal(("REFUND", "2.00"), await TradeAsync("refund-1"));
        var shown = await sandbox.NotificationsAsync("refund-1", all => all.Count == 2 && (string?)all[1]!["state"] == "ACKNOWLEDGED");
        Assert.Equal("REFUND.SUCCESS", (string?)shown[1]!["tradeStatus"]);
    }

    [Fact]
    public async Task A_number_belongs_to_one_refund_and_gives_it_as_it_stands()
    {
        await PaidAsync("same-no", 500);
        await PaidAsync("same-no-2", 500);
        var first = await RefundAsync("same-no", "R-2", 200, 500);
        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        var again = await RefundAsync("same-no", "R-2", 200, 500);
        Assert.Equal(("SUCCESS", (string?)first.Json["refund_id"]), ((string?)again.Json["status"], (string?)again.Json["refund_id"]));
        Assert.Equal(("REFUND", "2.00"), await TradeAsync("same-no"));
        Refused(400, "INVALID_REQUEST", await RefundAsync("same-no", "R-2", 201, 500));
        Refused(400, "INVALID_REQUEST", await RefundAsync("same-no-2", "R-2", 200, 500));
        Refused(400, "INVALID_REQUEST", await RefundAsync("same-no", "R-2", 200, 500, ("reason", "other")));
    }

    [Fact]
    public async Task C03_no_more_is_given_back_than_was_paid()
    {
        await PaidAsync("cap-trade", 500);
        Refused(400, "INVALID_REQUEST", await RefundAsync("cap-trade", "R-31", 501, 500));
        Refused(400, "INVALID_REQUEST", await RefundAsync("cap-trade", "R-31", 100, 501));
        await RefundAsync("cap-trade", "R-32", 300, 500);
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        Refused(400, "INVALID_REQUEST", await RefundAsync("cap-trade", "R-33", 201, 500));
        Assert.Equal(200, (await RefundAsync("cap-trade", "R-34", 200, 500)).Status);
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        Refused(400, "INVALID_REQUEST", await RefundAsync("cap-trade", "R-35", 1, 500));
        Assert.Equal(("REFUND", "5.00"), await TradeAsync("cap-trade"));
    }

    [Fact]
    public async Task C06_a_second_within_a_minute_a_fifty_first_and_one_after_a_year_are_refused()
    {
        await PaidAsync("many-trade", 500);
        await RefundAsync("many-trade", "R-4-0", 1, 500);
        sandbox.Time.Advance(TimeSpan.FromSeconds(59));
        Refused(429, "FREQUENCY_LIMITED", await RefundAsync("many-trade", "R-4-1", 1, 500));
        for (var number = 1; number < 50; number++)
        {
            sandbox.Time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(200, (await RefundAsync("many-trade", string.Create(CultureInfo.InvariantCulture, $"R-4-{number}"), 1, 500)).Status);
        }

        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        Refused(400, "INVALID_REQUEST", await RefundAsync("many-trade", "R-4-50", 1, 500));

        await PaidAsync("old-trade", 500);
        sandbox.Time.Advance(TimeSpan.FromDays(365) + TimeSpan.FromSeconds(1));
        Refused(400, "INVALID_REQUEST", await RefundAsync("old-trade", "R-5", 1, 500));
    }

    [Fact]
    public async Task What_does_not_exist_or_is_not_paid_is_said_so_and_signed()
    {
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("not-paid"));
        Refused(404, "RESOURCE_NOT_EXISTS", await RefundAsync("not-paid", "R-6", 1, 1));
        Refused(404, "RESOURCE_NOT_EXISTS", await RefundAsync("not-there", "R-6", 1, 1));
        var answer = await merchant.GetAsync($"{Path}/R-6");
        Refused(404, "RESOURCE_NOT_EXISTS", answer);
        Assert.True(WeChatV3Client.IsSigned(answer.Headers, answer.Body, (await merchant.CertificatesAsync()).Values.Single()));
        await PaidAsync("whose-trade", 500);
        await RefundAsync("whose-trade", "R-7", 1, 500);
        var other = new WeChatV3Client(sandbox, WeChatV3Keys.OtherMchId, WeChatV3Keys.OtherAppId);
        Refused(404, "RESOURCE_NOT_EXISTS", await other.GetAsync($"{Path}/R-7"));
    }

    [Theory]
    [InlineData("out_refund_no", null)]
    [InlineData("out_refund_no", "a b")]
    [InlineData("notify_url", "https://shop.example/notify?a=1")]
    [InlineData("notify_url", null, true)]
    [InlineData("appid", "wx00000000000000c1")]
    public async Task A_body_is_read_strictly(string name, string? value, bool isNull = false)
    {
        await PaidAsync("strict-trade", 500);
        var body = Body("strict-trade", "R-8", 1, 500);
        body.Remove(name);
        if (value is not null || isNull)
        {
            body[name] = value;
        }

        Refused(400, "PARAM_ERROR", await merchant.PostAsync(Path, body));
    }

    [Theory]
    [InlineData("CLOSED", "退款关闭", "0.00")]
    [InlineData("ABNORMAL", "退款异常", "2.00")]
    public async Task C07_a_refund_can_end_without_the_money_having_arrived(string outcome, string summary, string held)
    {
        await sandbox.SetFaultsAsync(new { trade = new { refundOutcome = outcome, refundDelaySeconds = 0 } });
        await PaidAsync("bad-end", 500);
        Assert.Equal(outcome, (string?)(await RefundAsync("bad-end", "R-9", 200, 500)).Json["status"]);
        var (message, refund) = await NextAsync();
        Assert.Equal(("REFUND." + outcome, summary), ((string?)message["event_type"], (string?)message["summary"]));
        Assert.Equal((outcome, null), ((string?)refund["refund_status"], (string?)refund["success_time"]));
        Assert.Equal(("REFUND", held), await TradeAsync("bad-end"));
    }

    [Fact]
    public async Task A_person_ends_what_was_abnormal_and_nobody_what_is_final()
    {
        await sandbox.SetFaultsAsync(new { trade = new { refundOutcome = "PROCESSING" } });
        await PaidAsync("by-hand", 500);
        await RefundAsync("by-hand", "R-10", 200, 500);
        sandbox.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("PROCESSING", await StatusAsync("R-10"));
        await sandbox.ControlAsync("wechat/refunds/R-10/abnormal");
        Assert.Equal("REFUND.ABNORMAL", (string?)(await NextAsync()).Message["event_type"]);
        var ended = await sandbox.ControlAsync("wechat/refunds/R-10/success");
        Assert.Equal("SUCCESS", (string?)ended["refund"]!["status"]);
        Assert.Equal("REFUND.SUCCESS", (string?)(await NextAsync()).Message["event_type"]);
        Assert.Equal("INVALID_REQUEST", (string?)(await sandbox.ControlAsync("wechat/refunds/R-10/close"))["code"]);
        Assert.Equal("unknown_refund", (string?)(await sandbox.ControlAsync("wechat/refunds/R-11/close"))["code"]);
    }

    [Theory]
    [InlineData("NOT_ENOUGH", 403)]
    [InlineData("USER_ACCOUNT_ABNORMAL", 403)]
    [InlineData("INVALID_REQUEST", 400)]
    public async Task A_fault_refuses_and_the_same_number_is_good_afterwards(string code, int status)
    {
        await PaidAsync("no-money", 500);
        await sandbox.SetFaultsAsync(new { trades = new Dictionary<string, object> { ["no-money"] = new { trade = new { refundRefusal = code } } } });
        Refused(status, code, await RefundAsync("no-money", "R-12", 200, 500));
        Refused(404, "RESOURCE_NOT_EXISTS", await merchant.GetAsync($"{Path}/R-12"));
        await sandbox.SetFaultsAsync(new { });
        Assert.Equal(200, (await RefundAsync("no-money", "R-12", 200, 500)).Status);
    }

    [Fact]
    public async Task F04_the_work_may_be_done_and_the_answer_lost()
    {
        await PaidAsync("lost-answer", 500);
        await sandbox.SetFaultsAsync(new { gateway = new[] { new { kind = "SystemError", methods = RefundMethods, times = 1, afterWork = true } } });
        Assert.Equal((500, "SYSTEM_ERROR"), await CodeAsync(RefundAsync("lost-answer", "R-13", 200, 500)));
        Assert.Equal("PROCESSING", await StatusAsync("R-13"));
    }

    [Fact]
    public async Task B16_a_refund_at_the_console_is_not_told_to_the_merchant()
    {
        await PaidAsync("console-trade", 500);
        var trade = (await sandbox.ControlAsync("trades/console-trade/refund", new { amount = "1.50" }))["trade"]!;
        Assert.Equal(("REFUND", "1.50"), ((string?)trade["status"], (string?)trade["refundedAmount"]));
        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        var number = (string)trade["refunds"]![0]!["outRefundNo"]!;
        Assert.Equal("SUCCESS", await StatusAsync(number));
        Assert.Single(await sandbox.NotificationsAsync("console-trade", all => all.Count > 0));
    }

    [Fact]
    public async Task An_unacknowledged_notification_of_a_refund_is_repeated()
    {
        await PaidAsync("retried-refund", 500);
        listener.Status = 500;
        await RefundAsync("retried-refund", "R-14", 200, 500);
        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        var first = await NextAsync();
        await sandbox.NotificationsAsync("retried-refund", all => all.Count == 2 && all[1]!["nextAttemptAt"] is not null);
        sandbox.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal((string?)first.Message["id"], (string?)(await NextAsync()).Message["id"]);
    }

    [Fact]
    public async Task Refunds_survive_a_restart_and_end_after_it()
    {
        var folder = Directory.CreateTempSubdirectory("modular-sandbox-");
        try
        {
            await using (var first = await SandboxHost.StartAsync(WeChatV3Keys.With(("Data", folder.FullName))))
            {
                var client = new WeChatV3Client(first);
                await client.PostAsync(WeChatV3Client.Native, client.Order("kept-trade"));
                await first.ControlAsync("trades/kept-trade/pay");
                Assert.Equal(200, (await client.PostAsync(Path, Body("kept-trade", "R-15", 1, 1, "http://127.0.0.1:9/notify"))).Status);
            }

            await using var second = await SandboxHost.StartAsync(WeChatV3Keys.With(("Data", folder.FullName)));
            var again = new WeChatV3Client(second);
            Assert.Equal("PROCESSING", (string?)(await again.GetAsync($"{Path}/R-15")).Json["status"]);
            second.Time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal("SUCCESS", (string?)(await again.GetAsync($"{Path}/R-15")).Json["status"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static JsonObject Body(string outTradeNo, string outRefundNo, int fen, int totalFen, string notifyUrl) => new()
    {
        ["out_trade_no"] = outTradeNo,
        ["out_refund_no"] = outRefundNo,
        ["notify_url"] = notifyUrl,
        ["amount"] = new JsonObject { ["refund"] = fen, ["total"] = totalFen, ["currency"] = "CNY" },
    };

    private JsonObject Body(string outTradeNo, string outRefundNo, int fen, int totalFen) => Body(outTradeNo, outRefundNo, fen, totalFen, listener.Url);

    private Task<V3Answer> RefundAsync(string outTradeNo, string outRefundNo, int fen, int totalFen, params (string Name, string Value)[] more)
    {
        var body = Body(outTradeNo, outRefundNo, fen, totalFen);
        foreach (var (name, value) in more)
        {
            body[name] = value;
        }

        return merchant.PostAsync(Path, body);
    }

    private async Task PaidAsync(string outTradeNo, int fen)
    {
        var order = merchant.Order(outTradeNo, "http://127.0.0.1:9/notify", ("amount", new JsonObject { ["total"] = fen }));
        var answer = await merchant.PostAsync(WeChatV3Client.Native, order);
        Assert.True(answer.Status == 200, answer.Body);
        await sandbox.ControlAsync($"trades/{outTradeNo}/pay");
    }

    private async Task<string?> StatusAsync(string outRefundNo) => (string?)(await merchant.GetAsync($"{Path}/{outRefundNo}")).Json["status"];

    private async Task<(string?, string?)> TradeAsync(string outTradeNo)
    {
        var trade = await sandbox.LookAsync($"trades/{outTradeNo}");
        return ((string?)trade["status"], (string?)trade["refundedAmount"]);
    }

    private async Task<(JsonNode Message, JsonNode Refund)> NextAsync()
    {
        var post = await listener.NextAsync();
        var certificates = await merchant.CertificatesAsync();
        Assert.True(WeChatV3Client.IsSigned(post.Headers, post.Body, certificates[post.Headers["Wechatpay-Serial"]]));
        var message = JsonNode.Parse(post.Body)!;
        return (message, JsonNode.Parse(WeChatV3Client.Decrypt(message["resource"]!))!);
    }

    private static async Task<(int, string?)> CodeAsync(Task<V3Answer> answer) => ((await answer).Status, (await answer).Code);

    private static void Refused(int status, string code, V3Answer answer) => Assert.Equal((status, code), (answer.Status, answer.Code));
}
