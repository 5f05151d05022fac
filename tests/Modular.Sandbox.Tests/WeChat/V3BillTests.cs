using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>Trade bills of API v3: when there is one, what is in it, and every way to spoil one. The clock begins at noon of 25 November in Beijing.</summary>
public sealed class V3BillTests : IAsyncLifetime
{
    private const string Today = "/v3/bill/tradebill?bill_date=2026-11-25&bill_type=ALL&tar_type=GZIP";

    private static readonly string[] Dropped = ["bill-4"];

    private SandboxHost sandbox = null!;
    private WeChatV3Client merchant = null!;

    public async ValueTask InitializeAsync()
    {
        sandbox = await SandboxHost.StartAsync(WeChatV3Keys.With());
        merchant = new WeChatV3Client(sandbox);
    }

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Fact]
    public async Task T08_a_days_bill_is_there_from_ten_in_the_morning_of_the_next_in_beijing()
    {
        await PaidAsync("bill-1", 10000);
        Refused("INVALID_REQUEST", await merchant.GetAsync(Today));
        sandbox.Time.Advance(TimeSpan.FromHours(12));
        Refused("STATEMENT_CREATING", await merchant.GetAsync(Today));
        sandbox.Time.Advance(TimeSpan.FromHours(10) - TimeSpan.FromSeconds(1));
        Refused("STATEMENT_CREATING", await merchant.GetAsync(Today));
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await merchant.GetAsync(Today)).Status);
        Refused("NO_STATEMENT_EXIST", await merchant.GetAsync(Today.Replace("11-25", "11-24", StringComparison.Ordinal)));
        Refused("INVALID_REQUEST", await merchant.GetAsync(Today.Replace("2026-11-25", "2026-07-25", StringComparison.Ordinal)));
        Refused("PARAM_ERROR", await merchant.GetAsync(Today.Replace("2026-11-25", "20261125", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_bill_lists_payments_and_refunds_with_fees_and_totals()
    {
        await AnyDayAsync();
        await PaidAsync("bill-2", 10000);
        await merchant.PostAsync("/v3/refund/domestic/refunds", new JsonObject
        {
            ["out_trade_no"] = "bill-2",
            ["out_refund_no"] = "R-1",
            ["amount"] = new JsonObject { ["refund"] = 2500, ["total"] = 10000, ["currency"] = "CNY" },
        });
        var rows = (await TextAsync(Today)).Split("\r\n");
        Assert.StartsWith("\uFEFF交易时间,公众账号ID,商户号,", rows[0], StringComparison.Ordinal);
        Assert.Equal(27, rows[0].Split(',').Length);
        Assert.StartsWith($"`2026-11-25 12:00:00,`{WeChatV3Keys.AppId},`{WeChatV3Keys.MchId},`0,", rows[1], StringComparison.Ordinal);
        Assert.EndsWith(",`NATIVE,`SUCCESS,`OTHERS,`CNY,`100.00,`0.00,`0,`0,`0.00,`0.00,`,`,`测试,`,`0.60000,`0.60%,`100.00,`0.00,`", rows[1], StringComparison.Ordinal);
        Assert.EndsWith(",`R-1,`25.00,`0.00,`ORIGINAL,`PROCESSING,`测试,`,`-0.15000,`0.60%,`0.00,`25.00,`", rows[2], StringComparison.Ordinal);
        Assert.Equal("`2,`100.00,`25.00,`0.00,`0.45,`100.00,`25.00", rows[4]);

        sandbox.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("`ORIGINAL,`SUCCESS,", await TextAsync(Today), StringComparison.Ordinal);
        Assert.DoesNotContain("`R-1", await TextAsync(Today.Replace("ALL", "SUCCESS", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("`SUCCESS,`OTHERS", await TextAsync(Today.Replace("ALL", "REFUND", StringComparison.Ordinal)), StringComparison.Ordinal);
        var other = new WeChatV3Client(sandbox, WeChatV3Keys.OtherMchId, WeChatV3Keys.OtherAppId);
        Refused("NO_STATEMENT_EXIST", await other.GetAsync(Today));
    }

    [Fact]
    public async Task The_address_is_good_for_five_minutes_and_for_its_merchant_and_its_answer_is_not_signed()
    {
        await AnyDayAsync();
        await PaidAsync("bill-3", 10000);
        var answer = await merchant.GetAsync(Today.Replace("&tar_type=GZIP", "", StringComparison.Ordinal));
        var target = new Uri((string)answer.Json["download_url"]!).PathAndQuery;
        using (var unsigned = await sandbox.Client.GetAsync(new Uri(target, UriKind.Relative), TestContext.Current.CancellationToken))
        {
            Assert.NotEqual(HttpStatusCode.OK, unsigned.StatusCode);
        }

        var file = await merchant.GetAsync(target);
        Assert.Equal((200, null), (file.Status, file.Serial));
        Assert.Equal(Sha1(Encoding.UTF8.GetBytes("\uFEFF" + file.Body.TrimStart('\uFEFF'))), (string?)answer.Json["hash_value"]);
        var other = new WeChatV3Client(sandbox, WeChatV3Keys.OtherMchId, WeChatV3Keys.OtherAppId);
        Refused("NO_AUTH", await other.GetAsync(target));
        sandbox.Time.Advance(TimeSpan.FromMinutes(5));
        Refused("INVALID_REQUEST", await merchant.GetAsync(target));
    }

    [Fact]
    public async Task Faults_drop_change_and_add_lines_and_the_totals_follow()
    {
        await PaidAsync("bill-4", 10000);
        await PaidAsync("bill-5", 20000);
        await FaultsAsync(new
        {
            ready = true,
            drop = Dropped,
            amounts = new Dictionary<string, string> { ["bill-5"] = "0.01" },
            add = new object[] { new { outTradeNo = "bill-6", amount = "3.00" }, new { outTradeNo = "bill-6", amount = "1.00", outRefundNo = "R-6" } },
        });
        var text = await TextAsync(Today);
        Assert.DoesNotContain("bill-4", text, StringComparison.Ordinal);
        Assert.Contains("`bill-6", text, StringComparison.Ordinal);
        Assert.Contains("`R-6,`1.00", text, StringComparison.Ordinal);
        Assert.Contains("`3,`3.01,`1.00", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_spoil_the_hash_the_totals_the_columns_and_the_address()
    {
        await PaidAsync("bill-7", 10000);
        await FaultsAsync(new { ready = true, wrongHash = true });
        Assert.NotEqual(await HashOfTextAsync(), (string?)(await merchant.GetAsync(Today)).Json["hash_value"]);
        await FaultsAsync(new { ready = true, wrongTotals = true, missingColumn = "订单金额" });
        var text = await TextAsync(Today);
        Assert.Contains("`2,`100.01", text, StringComparison.Ordinal);
        Assert.Equal(26, text.Split("\r\n")[0].Split(',').Length);
        await FaultsAsync(new { ready = true, host = "https://169.254.169.254" });
        Assert.StartsWith("https://169.254.169.254/v3/billdownload/file?token=", (string?)(await merchant.GetAsync(Today)).Json["download_url"], StringComparison.Ordinal);
        await FaultsAsync(new { ready = true, redirectTo = "http://127.0.0.1:9/" });
        var target = new Uri((string)(await merchant.GetAsync(Today)).Json["download_url"]!).PathAndQuery;
        Assert.Equal(302, (await merchant.GetAsync(target)).Status);
    }

    private Task AnyDayAsync() => FaultsAsync(new { ready = true });

    private Task FaultsAsync(object weChatBill) => sandbox.SetFaultsAsync(new { weChatBill });

    private async Task PaidAsync(string outTradeNo, int fen)
    {
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order(outTradeNo, members: ("amount", new JsonObject { ["total"] = fen })));
        await sandbox.ControlAsync($"trades/{outTradeNo}/pay");
    }

    private async Task<string> HashOfTextAsync() => Sha1(Encoding.UTF8.GetBytes(await TextAsync(Today)));

    private async Task<string> TextAsync(string target)
    {
        var answer = await merchant.GetAsync(target);
        Assert.True(answer.Status == 200, answer.Body);
        using var request = merchant.Request(HttpMethod.Get, new Uri((string)answer.Json["download_url"]!).PathAndQuery, "");
        using var response = await sandbox.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), CompressionMode.Decompress);
        using var text = new MemoryStream();
        await gzip.CopyToAsync(text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "It is the hash of the protocol.")]
    private static string Sha1(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData(bytes));

    private static void Refused(string code, V3Answer answer) => Assert.Equal(code, answer.Code);
}
