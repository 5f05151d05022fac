using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>Refunds of API v2: mutual TLS, the rules, the questions, and the sealed notifications.</summary>
public sealed class V2RefundTests : IAsyncLifetime
{
    private readonly HttpClient certified = V2Tls.Client(V2Tls.Merchant);
    private SandboxHost sandbox = null!;
    private V2Merchant merchant = null!;
    private XmlListener shop = null!;

    public async ValueTask InitializeAsync()
    {
        sandbox = await SandboxHost.StartAsync(V2Tls.With());
        merchant = new V2Merchant(sandbox, "HMAC-SHA256");
        shop = await XmlListener.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        certified.Dispose();
        await shop.DisposeAsync();
        await sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Accepted_is_not_done_and_the_end_is_announced_sealed()
    {
        await PaidAsync("order-1", "500");
        var accepted = await RefundAsync("order-1", "R-1", "200", "500");
        Assert.Equal(("SUCCESS", "R-1", "200", "500"), (accepted["result_code"], accepted["out_refund_no"], accepted["refund_fee"], accepted["total_fee"]));
        Assert.Matches("^503[0-9]{26}$", accepted["refund_id"]);
        Assert.DoesNotContain(accepted, field => field.Key.StartsWith("refund_status", StringComparison.Ordinal));
        Assert.Equal("REFUND", await merchant.StateAsync("order-1"));
        Assert.Equal("PROCESSING", (await QueryAsync(("out_refund_no", "R-1")))["refund_status_0"]);
        Assert.True(shop.IsQuiet);

        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        var envelope = V2Merchant.Read(await shop.NextAsync());
        Assert.Equal(["appid", "mch_id", "nonce_str", "req_info", "return_code"], envelope.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((WeChatKeys.AppId, WeChatKeys.MchId), (envelope["appid"], envelope["mch_id"]));
        var news = V2Merchant.Open(envelope);
        Assert.Equal(("R-1", "order-1", "SUCCESS", "200", "500"), (news["out_refund_no"], news["out_trade_no"], news["refund_status"], news["refund_fee"], news["total_fee"]));
        Assert.Equal((accepted["refund_id"], "2026-11-25 12:00:05"), (news["refund_id"], news["success_time"]));
        await sandbox.NotificationsAsync("order-1", all => (string?)all.Last()!["state"] == "ACKNOWLEDGED");
        var told = await QueryAsync(("out_refund_no", "R-1"));
        Assert.Equal(("SUCCESS", "2026-11-25 12:00:05"), (told["refund_status_0"], told["refund_success_time_0"]));
    }

    [Fact]
    public async Task Without_a_certificate_or_with_a_strangers_there_is_no_connection()
    {
        await PaidAsync("order-1", "500");
        foreach (var certificate in new[] { null, V2Tls.Stranger })
        {
            using var client = V2Tls.Client(certificate);
            await Assert.ThrowsAsync<HttpRequestException>(() => merchant.RefundAsync(client, Fields("order-1", "R-1", "200", "500")));
        }

        // Nor is there another way around: where nothing is encrypted no certificate can be shown.
        using var content = new StringContent(V2Merchant.Xml(merchant.Complete(Fields("order-1", "R-1", "200", "500"))));
        using var plain = await sandbox.Client.PostAsync("/secapi/pay/refund", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
        Assert.Contains("No required SSL certificate was sent", await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("SUCCESS", await merchant.StateAsync("order-1"));
        Assert.Equal("SUCCESS", (await RefundAsync("order-1", "R-1", "200", "500"))["result_code"]);
    }

    [Fact]
    public async Task Another_merchants_certificate_is_refused_by_name()
    {
        await PaidAsync("order-1", "500");
        using var other = V2Tls.Client(V2Tls.OtherMerchant);
        Assert.Equal("CERT_ERROR", (await merchant.RefundAsync(other, Fields("order-1", "R-1", "200", "500")))["err_code"]);
        Assert.Equal("REFUNDNOTEXIST", (await QueryAsync(("out_refund_no", "R-1")))["err_code"]);
    }

    [Fact]
    public async Task The_same_number_with_the_same_terms_is_the_same_refund()
    {
        await PaidAsync("order-1", "500");
        var first = await RefundAsync("order-1", "R-1", "200", "500");
        Assert.Equal(first["refund_id"], (await RefundAsync("order-1", "R-1", "200", "500"))["refund_id"]);
        Assert.Equal("REFUND_FEE_MISMATCH", (await RefundAsync("order-1", "R-1", "201", "500"))["err_code"]);
        Assert.Equal("FREQUENCY_LIMITED", (await RefundAsync("order-1", "R-2", "200", "500"))["err_code"]);
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("INVALID_REQUEST", (await RefundAsync("order-1", "R-2", "301", "500"))["err_code"]);
        Assert.Equal("SUCCESS", (await RefundAsync("order-1", "R-2", "300", "500"))["result_code"]);
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("ERROR", (await RefundAsync("order-1", "R-3", "1", "500"))["err_code"]);
    }

    [Fact]
    public async Task What_cannot_be_given_back_is_refused()
    {
        await merchant.PlaceAsync("order-2");
        Assert.Equal("ORDERNOTEXIST", (await RefundAsync("order-2", "R-1", "1", "1"))["err_code"]);
        Assert.Equal("ORDERNOTEXIST", (await RefundAsync("nothing", "R-1", "1", "1"))["err_code"]);
        await PaidAsync("order-1", "500");
        Assert.Equal(("FAIL", "invalid refund_fee"), await MessageAsync(RefundAsync("order-1", "R-1", "501", "500")));
        Assert.Equal("INVALID_REQUEST", (await RefundAsync("order-1", "R-1", "200", "499"))["err_code"]);
        Assert.Equal("PARAM_ERROR", (await RefundAsync("order-1", "R 1", "200", "500"))["err_code"]);
        await sandbox.SetFaultsAsync(new { trade = new { refundRefusal = "NOT_ENOUGH" } });
        Assert.Equal("NOTENOUGH", (await RefundAsync("order-1", "R-1", "200", "500"))["err_code"]);
        await sandbox.SetFaultsAsync(new { trade = new { refundRefusal = "USER_ACCOUNT_ABNORMAL" } });
        Assert.Equal("USER_ACCOUNT_ABNORMAL", (await RefundAsync("order-1", "R-1", "200", "500"))["err_code"]);
        await sandbox.SetFaultsAsync(new { });
        sandbox.Time.Advance(TimeSpan.FromDays(366));
        Assert.Equal("TRADE_OVERDUE", (await RefundAsync("order-1", "R-1", "200", "500"))["err_code"]);
    }

    [Theory]
    [InlineData("ABNORMAL", "CHANGE")]
    [InlineData("CLOSED", "REFUNDCLOSE")]
    public async Task A_refund_can_end_otherwise_in_the_words_of_this_api(string outcome, string word)
    {
        await PaidAsync("order-1", "500");
        await sandbox.SetFaultsAsync(new { trade = new { refundOutcome = outcome } });
        await RefundAsync("order-1", "R-1", "200", "500");
        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        var news = V2Merchant.Open(V2Merchant.Read(await shop.NextAsync()));
        Assert.Equal((word, false), (news["refund_status"], news.ContainsKey("success_time")));
        Assert.Equal(word, (await QueryAsync(("out_refund_no", "R-1")))["refund_status_0"]);
    }

    [Fact]
    public async Task A_trades_refunds_are_told_ten_at_a_time()
    {
        await PaidAsync("order-1", "500");
        for (var n = 1; n <= 12; n++)
        {
            Assert.Equal("SUCCESS", (await RefundAsync("order-1", $"R-{n}", n.ToString(CultureInfo.InvariantCulture), "500"))["result_code"]);
            sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var first = await QueryAsync(("out_trade_no", "order-1"));
        Assert.Equal(("12", "10", "R-1", "R-10"), (first["total_refund_count"], first["refund_count"], first["out_refund_no_0"], first["out_refund_no_9"]));
        var rest = await QueryAsync(("transaction_id", first["transaction_id"]), ("offset", "10"));
        Assert.Equal(("2", "R-11", "12"), (rest["refund_count"], rest["out_refund_no_0"], rest["refund_fee_1"]));

        // The number of a refund goes before that of the trade.
        var one = await QueryAsync(("refund_id", rest["refund_id_1"]), ("out_refund_no", "R-3"), ("out_trade_no", "order-1"));
        Assert.Equal(("1", "R-12"), (one["refund_count"], one["out_refund_no_0"]));
        Assert.Equal("R-3", (await QueryAsync(("out_refund_no", "R-3"), ("out_trade_no", "order-1")))["out_refund_no_0"]);
        Assert.Equal("REFUNDNOTEXIST", (await QueryAsync(("out_trade_no", "order-1"), ("offset", "12")))["err_code"]);
        Assert.Equal("LACK_PARAMS", (await QueryAsync())["err_code"]);
    }

    [Fact]
    public async Task A_refund_without_an_address_is_announced_to_the_payments()
    {
        merchant.NotifyUrl = shop.Url;
        await PaidAsync("order-1", "500", hear: true);
        var fields = Fields("order-1", "R-1", "200", "500");
        fields.Remove("notify_url");
        await merchant.RefundAsync(certified, fields);
        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("R-1", V2Merchant.Open(V2Merchant.Read(await shop.NextAsync()))["out_refund_no"]);
    }

    [Fact]
    public async Task It_is_repeated_until_it_is_acknowledged_each_time_with_another_nonce()
    {
        await PaidAsync("order-1", "500");
        shop.Answer = (200, "success");
        await RefundAsync("order-1", "R-1", "200", "500");
        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        var first = V2Merchant.Read(await shop.NextAsync());
        await sandbox.NotificationsAsync("order-1", all => all.Last()!["nextAttemptAt"] is not null);
        shop.Answer = (200, XmlListener.Success);
        sandbox.Time.Advance(TimeSpan.FromSeconds(15));
        var second = V2Merchant.Read(await shop.NextAsync());
        Assert.NotEqual(first["nonce_str"], second["nonce_str"]);
        Assert.Equal(V2Merchant.Open(first)["refund_id"], V2Merchant.Open(second)["refund_id"]);
        await sandbox.NotificationsAsync("order-1", all => (string?)all.Last()!["state"] == "ACKNOWLEDGED");
    }

    [Theory]
    [InlineData("""{"tamper":{"refund_fee":"999"}}""", "refund_fee", "999")]
    [InlineData("""{"resignTampered":{"refund_status":"CHANGE"}}""", "refund_status", "CHANGE")]
    [InlineData("""{"tamper":{"mch_id":"1"}}""", "mch_id", "1")]
    [InlineData("""{"wrongKey":true}""", null, null)]
    [InlineData("""{"truncatedTag":true}""", null, null)]
    public async Task A_notification_can_be_spoilt(string fault, string? name, string? value)
    {
        await PaidAsync("order-1", "500");
        await sandbox.SetFaultsAsync(new { notify = JsonNode.Parse(fault) });
        await RefundAsync("order-1", "R-1", "200", "500");
        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        var envelope = V2Merchant.Read(await shop.NextAsync());
        if (name is null)
        {
            Assert.ThrowsAny<CryptographicException>(() => V2Merchant.Open(envelope));
            return;
        }

        Assert.Equal(value, envelope.GetValueOrDefault(name) ?? V2Merchant.Open(envelope)[name]);
    }

    [Fact]
    public async Task Both_apis_share_the_books()
    {
        await PaidAsync("order-1", "500");
        await RefundAsync("order-1", "R-1", "200", "500");
        var trade = await sandbox.LookAsync("trades/order-1");
        Assert.Equal("2.00", (string?)trade["refundedAmount"]);
    }

    private static async Task<(string, string)> MessageAsync(Task<Dictionary<string, string>> answer) => ((await answer)["return_code"], (await answer)["return_msg"]);

    private async Task PaidAsync(string outTradeNo, string fen, bool hear = false)
    {
        var order = merchant.Order(outTradeNo);
        order["total_fee"] = fen;
        Assert.Equal("SUCCESS", (await merchant.CallAsync("pay/unifiedorder", order))["result_code"]);
        await sandbox.ControlAsync($"trades/{outTradeNo}/pay");
        if (hear)
        {
            await shop.NextAsync();
        }
    }

    private Task<Dictionary<string, string>> RefundAsync(string outTradeNo, string refundNo, string fen, string total) =>
        merchant.RefundAsync(certified, Fields(outTradeNo, refundNo, fen, total));

    private Dictionary<string, string> Fields(string outTradeNo, string refundNo, string fen, string total) => new()
    {
        ["out_trade_no"] = outTradeNo,
        ["out_refund_no"] = refundNo,
        ["refund_fee"] = fen,
        ["total_fee"] = total,
        ["refund_desc"] = "行程有变",
        ["notify_url"] = shop.Url,
    };

    private Task<Dictionary<string, string>> QueryAsync(params (string Name, string Value)[] fields) =>
        merchant.CallAsync("pay/refundquery", fields.ToDictionary(field => field.Name, field => field.Value));
}
