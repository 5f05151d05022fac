using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>The bill of a day, in the generations that merchants get, and what is no bill.</summary>
public sealed class StatementTests
{
    private const string Newest = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
    private const string NewestEnd = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
    private const string Paid = "`2026-11-21 10:00:00,`wx2421b1c4370ec43b,`1900000109,`0,`,`4200000000000000000000000001,`P1,`oUpF8uMuAJO,`NATIVE,`SUCCESS,`CFT,`CNY,`367.90,`0.10,`0,`0,`0.00,`0.00,`,`,`房间, 两晚,`,`2.21000,`0.60%,`368.00,`0.00,`";
    private const string Returned = "`2026-11-21 11:00:00,`wx2421b1c4370ec43b,`1900000109,`0,`,`4200000000000000000000000001,`P1,`oUpF8uMuAJO,`NATIVE,`REFUND,`CFT,`CNY,`0.00,`0.00,`50300000000000000000000000001,`R1,`99.90,`0.00,`ORIGINAL,`SUCCESS,`房间, 两晚,`,`-0.60000,`0.60%,`0.00,`100.00,`";
    private const string NewestTotals = "`2,`367.90,`99.90,`0.00,`1.61000,`368.00,`100.00";
    private static readonly DateOnly Day = new(2026, 11, 21);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_newest_bill_is_read_packed_or_not(bool packed)
    {
        var lines = await ReadAsync(Bill([Newest, Paid, Returned, NewestEnd, NewestTotals], packed));
        Assert.Equal(2, lines.Count);
        Assert.Equal(
            new StatementLine
            {
                Kind = StatementLineKind.Payment,
                PaymentNo = "P1",
                ProviderTradeNo = "4200000000000000000000000001",
                Amount = Money.Cny(36800),
                FeeMinor = 221,
                At = new DateTimeOffset(2026, 11, 21, 2, 0, 0, TimeSpan.Zero),
                App = Some.AppId,
                ProviderState = "SUCCESS",
            },
            lines[0]);
        Assert.Equal(
            new StatementLine
            {
                Kind = StatementLineKind.Refund,
                PaymentNo = "P1",
                ProviderTradeNo = "4200000000000000000000000001",
                RefundNo = "R1",
                ProviderRefundNo = "50300000000000000000000000001",
                Amount = Money.Cny(10000),
                FeeMinor = -60,
                At = new DateTimeOffset(2026, 11, 21, 3, 0, 0, TimeSpan.Zero),
                App = Some.AppId,
                ProviderState = "SUCCESS",
            },
            lines[1]);
    }

    [Theory]
    [InlineData("企业红包金额", "企业红包退款金额", "总企业红包退款金额")]
    [InlineData("代金券或立减优惠金额", "代金券或立减优惠退款金额", "总代金券或立减优惠退款金额")]
    public async Task The_oldest_bill_is_read_by_its_own_names(string coupon, string couponBack, string couponTotal)
    {
        var lines = await ReadAsync(Bill(
        [
            $"交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,{coupon},微信退款单号,商户退款单号,退款金额,{couponBack},退款类型,退款状态,商品名称,商户数据包,手续费,费率",
            "`2026-11-21 10:00:00,`wx2421b1c4370ec43b,`1900000109,`0,`,`42001,`P1,`o,`NATIVE,`SUCCESS,`CFT,`CNY,`368.00,`0.10,`0,`0,`0.00,`0.00,`,`,`房间,`,`2.21000,`0.60%",
            "`2026-11-21 11:00:00,`wx2421b1c4370ec43b,`1900000109,`0,`,`42001,`P1,`o,`NATIVE,`REFUND,`CFT,`CNY,`0.00,`0.00,`5031,`R1,`100.00,`0.00,`ORIGINAL,`PROCESSING,`房间,`,`-0.60000,`0.60%",
            $"总交易单数,总交易额,总退款金额,{couponTotal},手续费总金额",
            "`2,`368.00,`100.00,`0.00,`1.61000",
        ]));
        Assert.Equal([(StatementLineKind.Payment, 36800L, true), (StatementLineKind.Refund, 10000L, false)], lines.Select(line => (line.Kind, line.Amount.Minor, line.IsDone)));
    }

    [Theory]
    [InlineData("`2,`367.90,`99.90,`0.00,`1.61000,`368.00,`100.00", "`3,`367.90,`99.90,`0.00,`1.61000,`368.00,`100.00", "总交易单数")]
    [InlineData("`1.61000,`368.00", "`1.61000,`368.01", "订单总金额")]
    [InlineData("`368.00,`100.00", "`368.00,`99.99", "申请退款总金额")]
    [InlineData("`1.61000", "`1.62000", "手续费总金额")]
    [InlineData(NewestTotals, "", "cut off")]
    [InlineData(NewestEnd, "", "")]
    [InlineData(",`1900000109", ",`1900000110", "another merchant")]
    [InlineData("2026-11-21 10", "2026-11-18 10", "2026-11-21")]
    [InlineData("`SUCCESS,`CFT", "`WAITING,`CFT", "交易状态")]
    [InlineData("订单金额,申请", "金额,申请", "")]
    [InlineData("微信订单号", "订单号", "微信订单号")]
    public async Task R05_a_bill_that_is_not_whole_is_not_believed(string text, string instead, string says)
    {
        var file = string.Join("\r\n", Newest, Paid, Returned, NewestEnd, NewestTotals, "");
        var changed = file.Replace(text, instead, StringComparison.Ordinal);
        Assert.NotEqual(file, changed);
        var refusal = await Assert.ThrowsAsync<StatementException>(() => ReadAsync(Encoding.UTF8.GetBytes(changed)));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R05_a_packed_bill_that_breaks_off_is_not_believed() =>
        await Assert.ThrowsAsync<StatementException>(() => ReadAsync(Bill([Newest, Paid, Returned, NewestEnd, NewestTotals])[..^20]));

    [Fact]
    public async Task X06_a_bill_that_swells_is_given_up()
    {
        var bomb = Bill([Newest, .. Enumerable.Repeat(Paid.Replace("房间, 两晚", new string(' ', 4000), StringComparison.Ordinal), 3000)]);
        Assert.InRange(bomb.Length, 1000, 256 * 1024);
        Assert.Contains("unfolds", (await Assert.ThrowsAsync<StatementException>(() => ReadAsync(bomb))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-22T02:00:00Z", "20002", "No Bill Exist", typeof(StatementAnswer.Empty))]
    [InlineData("2026-11-22T02:00:00Z", null, "NO Bill Exist", typeof(StatementAnswer.Empty))]
    [InlineData("2026-11-22T01:59:59Z", "20002", "No Bill Exist", typeof(StatementAnswer.NotReady))]
    [InlineData("2026-11-23T02:00:00Z", null, "Bill Creating", typeof(StatementAnswer.NotReady))]
    [InlineData("2026-11-23T02:00:00Z", "20001", "sign error", typeof(StatementAnswer.Unknown))]
    [InlineData("2026-11-23T02:00:00Z", null, "签名错误", typeof(StatementAnswer.Unknown))]
    public async Task R01_no_bill_means_an_empty_day_only_once_the_bill_is_due(string now, string? code, string message, Type expected)
    {
        var xml = $"<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[{message}]]></return_msg>\n{(code is null ? "" : $"<error_code><![CDATA[{code}]]></error_code>\n")}</xml>";
        Assert.IsType(expected, await FetchAsync(StubGateway.Saying(xml), DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.IsType(expected, await FetchAsync(StubGateway.Saying("\uFEFF\n" + xml), DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Other_answers_are_unknown()
    {
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Saying("", HttpStatusCode.BadGateway)));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Saying("<xml><return_code>SUCCESS</return_code><return_msg>No Bill Exist</return_msg></xml>")));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Saying("<html><body>No Bill Exist</body></html>")));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(new StubGateway(_ => throw new HttpRequestException("no"))));
        await Assert.ThrowsAsync<StatementException>(() => ReadAsync([]));
    }

    [Fact]
    public async Task The_request_is_signed_and_names_the_day_and_the_packing()
    {
        var gateway = StubGateway.Saying("");
        await FetchAsync(gateway);
        var call = Assert.Single(gateway.Calls);
        Assert.Equal("POST https://api.mch.weixin.qq.com/pay/downloadbill", $"{call.Method} {call.Url}");
        Assert.Equal(("20261121", "ALL", "GZIP"), (call.Fields["bill_date"], call.Fields["bill_type"], call.Fields["tar_type"]));
        Assert.Equal(WeChat.Sign(call.Fields), call.Fields["sign"]);
    }

    private static byte[] Bill(IEnumerable<string> lines, bool packed = true)
    {
        byte[] text = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\r\n")))];
        if (!packed)
        {
            return text;
        }

        var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.SmallestSize))
        {
            gzip.Write(text);
        }

        return file.ToArray();
    }

    private static Task<StatementAnswer> FetchAsync(StubGateway gateway, DateTimeOffset? now = null) =>
        Some.Provider(gateway, time: new FakeTimeProvider(now ?? Some.Now)).FetchStatementAsync(Day, TestContext.Current.CancellationToken);

    private static async Task<List<StatementLine>> ReadAsync(byte[] body)
    {
        var gateway = new StubGateway(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body) });
        var lines = new List<StatementLine>();
        await foreach (var line in Assert.IsType<StatementAnswer.Ready>(await FetchAsync(gateway)).Lines)
        {
            lines.Add(line);
        }

        return lines;
    }
}
