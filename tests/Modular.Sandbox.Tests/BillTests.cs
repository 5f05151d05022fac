using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests;

public class BillTests
{
    private const string Method = "alipay.data.dataservice.bill.downloadurl.query";
    private static readonly string[] Dropped = ["b1"];
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!;

    [Fact]
    public async Task The_bill_of_a_day_is_there_from_nine_of_the_next()
    {
        // It is the 25th, 12:00 at +08:00.
        await using var sandbox = await SandboxHost.StartAsync();
        await DayAsync(sandbox);
        Assert.Equal("BILL_NOT_EXIST", (string?)(await AskAsync(sandbox, "2026-11-25"))["sub_code"]);
        sandbox.Time.Advance(TimeSpan.FromHours(21) - TimeSpan.FromSeconds(1));
        Assert.Equal("BILL_NOT_EXIST", (string?)(await AskAsync(sandbox, "2026-11-25"))["sub_code"]);
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        var bill = await DownloadAsync(sandbox, "2026-11-25");

        Assert.Equal($"{Keys.Seller}0156_20261125_业务明细.csv", bill.Name);
        Assert.Equal("#支付宝业务明细查询", bill.Lines[0]);
        Assert.Equal($"#账号：[{Keys.Seller}0156]", bill.Lines[1]);
        Assert.Equal("#起始日期：[2026年11月25日 00:00:00]   终止日期：[2026年11月25日 23:59:59]", bill.Lines[2]);
        Assert.StartsWith("支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,", bill.Lines[4], StringComparison.Ordinal);
        Assert.Equal(25, bill.Lines[4].Split(',').Length);
        Assert.Contains(",b1\t,交易\t,\"测,试\"\t,", bill.Lines[5], StringComparison.Ordinal);
        Assert.Contains(",100.00,100.00,", bill.Lines[5], StringComparison.Ordinal);
        Assert.EndsWith(",\t,-0.60,0.00,", bill.Lines[5], StringComparison.Ordinal);
        Assert.Contains(",-40.00,-40.00,", bill.Lines[6], StringComparison.Ordinal);
        Assert.EndsWith(",R1\t,0.24,0.00,", bill.Lines[6], StringComparison.Ordinal);
        Assert.Equal("#交易合计：1笔，商家实收共100.00元，商家优惠共0.00元", bill.Lines[8]);
        Assert.Equal("#退款合计：1笔，商家实收退款共-40.00元，商家优惠退款共0.00元", bill.Lines[9]);
    }

    [Fact]
    public async Task A_bill_holds_its_own_day_at_plus_eight_alone()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await DayAsync(sandbox);
        sandbox.Time.Advance(TimeSpan.FromHours(12));
        await RefundAsync(sandbox, "1.00", "R2");
        sandbox.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(["b1", "R1"], await NumbersAsync(sandbox, "2026-11-25"));
        Assert.Equal(["R2"], await NumbersAsync(sandbox, "2026-11-26"));
        Assert.Equal("EMPTY_DATA_WITH_BILL_FILE", (string?)(await AskAsync(sandbox, "2026-11-24"))["bill_file_code"]);
        Assert.Empty(await NumbersAsync(sandbox, "2026-11-24"));
    }

    [Fact]
    public async Task A_link_is_good_for_thirty_seconds()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await DayAsync(sandbox);
        await sandbox.SetFaultsAsync(new { alipayBill = new { ready = true } });
        var link = (string)(await AskAsync(sandbox, "2026-11-25"))["bill_download_url"]!;
        sandbox.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.StartsWith("PK", await sandbox.Client.GetStringAsync(link, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("下载超时,请重新下载.", await sandbox.Client.GetStringAsync(link, TestContext.Current.CancellationToken));
        Assert.Equal("下载超时,请重新下载.", await sandbox.Client.GetStringAsync("/alipay/downloadBillFile.resource?token=x", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("trade", "2026-11-26", "BILL_NOT_EXIST")]
    [InlineData("trade", "2026-11", "INVAILID_ARGUMENTS")]
    [InlineData("trade", "", "INVAILID_ARGUMENTS")]
    [InlineData("signcustomer", "2026-11-25", "TYPE_NOT_SUPPORTED")]
    public async Task What_there_is_no_bill_of_is_refused(string type, string date, string code)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await sandbox.SetFaultsAsync(new { alipayBill = new { ready = true } });
        Assert.Equal(code, (string?)(await sandbox.Merchant.CallAsync(Method, new { bill_type = type, bill_date = date }))["sub_code"]);
    }

    [Fact]
    public async Task Lines_can_be_left_out_changed_and_invented_and_the_totals_agree()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await DayAsync(sandbox);
        await sandbox.SetFaultsAsync(new
        {
            alipayBill = new
            {
                ready = true,
                drop = Dropped,
                amounts = new Dictionary<string, string> { ["R1"] = "39.99" },
                add = new object[] { new { outTradeNo = "X1", amount = "9.99" }, new { outTradeNo = "X2", amount = "1.00", outRequestNo = "Y2" } },
            },
        });
        Assert.Equal(["R1", "X1", "Y2"], await NumbersAsync(sandbox, "2026-11-25"));
        var lines = (await DownloadAsync(sandbox, "2026-11-25")).Lines;
        Assert.Contains("#交易合计：1笔，商家实收共9.99元，商家优惠共0.00元", lines);
        Assert.Contains("#退款合计：2笔，商家实收退款共-40.99元，商家优惠退款共0.00元", lines);
    }

    [Fact]
    public async Task Bills_can_be_broken()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        await DayAsync(sandbox);
        await sandbox.SetFaultsAsync(new { alipayBill = new { ready = true, wrongTotals = true, missingColumn = "服务费（元）", garbageRows = 2, entries = 3, namePrefix = "../" } });
        var bill = await DownloadAsync(sandbox, "2026-11-25");
        Assert.StartsWith("../", bill.Name, StringComparison.Ordinal);
        Assert.Equal(5, bill.Entries);
        Assert.DoesNotContain("服务费", bill.Lines[4], StringComparison.Ordinal);
        Assert.Contains(",???,", bill.Lines[6], StringComparison.Ordinal);
        Assert.Contains("#交易合计：2笔，商家实收共100.01元，商家优惠共0.00元", bill.Lines);

        await sandbox.SetFaultsAsync(new { alipayBill = new { ready = true, downloadUrl = "http://192.0.2.1/x" } });
        Assert.Equal("http://192.0.2.1/x", (string?)(await AskAsync(sandbox, "2026-11-25"))["bill_download_url"]);
        await sandbox.SetFaultsAsync(new { alipayBill = new { ready = true, redirectTo = "http://192.0.2.1/x" } });
        using var redirect = await sandbox.Client.GetAsync((string)(await AskAsync(sandbox, "2026-11-25"))["bill_download_url"]!, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, redirect.StatusCode);
        await sandbox.SetFaultsAsync(new { alipayBill = new { notReady = true } });
        Assert.Equal("BILL_NOT_EXIST", (string?)(await AskAsync(sandbox, "2026-11-20"))["sub_code"]);
    }

    private static async Task DayAsync(SandboxHost sandbox)
    {
        await sandbox.Merchant.CallAsync("alipay.trade.precreate", new { out_trade_no = "b1", total_amount = "100.00", subject = "测,试" });
        await sandbox.ControlAsync("trades/b1/pay");
        await RefundAsync(sandbox, "40.00", "R1");
    }

    private static Task<JsonNode> RefundAsync(SandboxHost sandbox, string amount, string requestNo) =>
        sandbox.Merchant.CallAsync("alipay.trade.refund", new { out_trade_no = "b1", refund_amount = amount, out_request_no = requestNo });

    private static Task<JsonNode> AskAsync(SandboxHost sandbox, string date) =>
        sandbox.Merchant.CallAsync(Method, new { bill_type = "trade", bill_date = date });

    private static async Task<string[]> NumbersAsync(SandboxHost sandbox, string date) =>
    [
        .. (await DownloadAsync(sandbox, date)).Lines
            .SkipWhile(line => line.StartsWith('#')).Skip(1).TakeWhile(line => !line.StartsWith('#'))
            .Select(line => line.Split(',')).Select(fields => fields[^4].Trim() is { Length: > 0 } requestNo ? requestNo : fields[1].Trim()),
    ];

    private static async Task<(string Name, int Entries, string[] Lines)> DownloadAsync(SandboxHost sandbox, string date)
    {
        var file = await sandbox.Client.GetStreamAsync((string)(await AskAsync(sandbox, date))["bill_download_url"]!, TestContext.Current.CancellationToken);
        await using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: false, Gbk);
        var entry = zip.Entries.Single(entry => entry.Name.EndsWith("_业务明细.csv", StringComparison.Ordinal));
        using var reader = new StreamReader(await entry.OpenAsync(TestContext.Current.CancellationToken), Gbk);
        return (entry.FullName, zip.Entries.Count, (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Split("\r\n"));
    }
}
