using System.Net;
using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;
using Modular.Payments.Alipay.Wire;

namespace Modular.Payments.Alipay.Tests;

public sealed class BillTests
{
    private const string Method = "alipay.data.dataservice.bill.downloadurl.query";
    private const string Address = "http://dwbillcenter.alipay.com/downloadBillFile.resource?bizType=trade&token=x";
    private static readonly DateOnly Day = new(2026, 11, 21);

    [Fact]
    public async Task A_bill_is_read_line_by_line_from_the_address_that_alipay_names()
    {
        var gateway = Serving(BillFile.Usual().Zip());
        var lines = await ReadAsync(gateway);

        Assert.Equal(3, lines.Count);
        Assert.Equal(
            new StatementLine
            {
                Kind = StatementLineKind.Payment,
                PaymentNo = "P1",
                ProviderTradeNo = "2026112122001400000000000001",
                Amount = Money.Cny(36800),
                FeeMinor = 221,
                At = new DateTimeOffset(2026, 11, 21, 15, 59, 59, TimeSpan.Zero),
                ProviderState = "交易",
            },
            lines[0]);
        Assert.Equal((StatementLineKind.Refund, "P1", "R1", Money.Cny(16800), -101), (lines[2].Kind, lines[2].PaymentNo, lines[2].RefundNo, lines[2].Amount, lines[2].FeeMinor));
        Assert.Equal("""{"bill_type":"trade","bill_date":"2026-11-21"}""", gateway.Calls[0].Parameters["biz_content"]);
        Assert.Equal((Address.Replace("http:", "https:", StringComparison.Ordinal), ""), (gateway.Calls[1].Url.AbsoluteUri, gateway.Calls[1].Body));
    }

    [Fact]
    public void Whatever_alipay_writes_is_read_as_it_was()
    {
        var row = Gen.Select(Gen.Bool, Gen.Long[0, 100_000_000_00], Gen.Long[0, 60_000_000], Gen.Char["ab,\"`中 "].Array[0, 9]);
        row.Array[0, 30].Sample(
            rows =>
            {
                var bill = new BillFile();
                foreach (var ((isRefund, fen, fee, name), index) in rows.Select((made, index) => (made, index)))
                {
                    _ = isRefund
                        ? bill.Add("退款", $"P{index}", $"R{index}", -fen, -fee, new string(name))
                        : bill.Add("交易", $"P{index}", "", fen, fee, new string(name));
                }

                var lines = ReadAsync(Serving(bill.Zip())).GetAwaiter().GetResult();
                Assert.Equal(
                    rows.Select((made, index) => ($"P{index}", made.Item1 ? $"R{index}" : null, made.Item2, made.Item1 ? -made.Item3 : made.Item3)),
                    lines.Select(line => (line.PaymentNo, line.RefundNo, line.Amount.Minor, line.FeeMinor)));
            },
            iter: 100);
    }

    [Fact]
    public async Task X04_columns_in_another_order_and_further_ones_change_nothing()
    {
        var bill = BillFile.Usual();
        bill.Header = ["新列", .. bill.Header.Reverse()];
        Assert.Equal(["P1", "P2", "P1"], (await ReadAsync(Serving(bill.Zip()))).Select(line => line.PaymentNo));
    }

    [Fact]
    public async Task X04_a_missing_column_is_named()
    {
        foreach (var column in new[] { "商户订单号", "订单金额（元）", "退款批次号/请求号", "服务费（元）", "完成时间" })
        {
            var bill = BillFile.Usual();
            bill.Header = [.. bill.Header.Where(name => name != column)];
            Assert.Contains(column, await BrokenAsync(bill.Zip()), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("商家实收共368.01元", "商家实收共368.02元")]
    [InlineData("#交易合计：2笔", "#交易合计：3笔")]
    [InlineData("商家实收退款共-168.00元", "商家实收退款共168.00元")]
    [InlineData("#退款合计：1笔", "#退款合计：x笔")]
    [InlineData("#退款合计：", "#合计：")]
    [InlineData("#导出时间：", "#交易合计：2笔，商家实收共368.01元\r\n#导出时间：")]
    [InlineData(",368.00,368.00,", ",368.00,367.99,")]
    [InlineData(",-168.00,-168.00,", ",168.00,-168.00,")]
    [InlineData(",368.00,", ",3.68e2,")]
    [InlineData("交易\t", "撤销\t")]
    [InlineData("2026-11-21 23:59:59\t", "21.11.2026\t")]
    [InlineData("[2088000000000001", "[2088000000000002")]
    [InlineData("#起始日期：[2026年11月21日", "#起始日期：[2026年11月20日")]
    [InlineData("#账号：[", "#户名：[")]
    [InlineData("#起始日期：[", "#日期：[")]
    [InlineData("#-----------------------------------------业务明细列表结束", "P9\r\n#")]
    public async Task L07_a_bill_that_contradicts_itself_is_refused(string was, string becomes)
    {
        var bill = BillFile.Usual();
        bill.Spoil = text =>
        {
            Assert.Contains(was, text, StringComparison.Ordinal);
            return text.Replace(was, becomes, StringComparison.Ordinal);
        };
        Assert.EndsWith(".", await BrokenAsync(bill.Zip()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trade_of_another_till_that_has_no_number_goes_by_Alipays()
    {
        var bill = BillFile.Usual();
        var usual = await ReadAsync(Serving(bill.Zip()));
        bill.Spoil = text => text.Replace("P1\t", "\t", StringComparison.Ordinal);
        var line = (await ReadAsync(Serving(bill.Zip())))[0];
        Assert.Equal((usual[0].ProviderTradeNo, usual[0].Amount), (line.PaymentNo, line.Amount));
    }

    [Fact]
    public async Task X03_bombs_crowds_and_strange_names_are_refused()
    {
        var name = BillFile.Usual().EntryName;
        var csv = BillFile.Usual().Csv();
        var zip = BillFile.Usual().Zip();
        byte[][] files =
        [
            BillFile.Zip((name, [.. csv, .. new byte[1024 * 1024]])),
            BillFile.Zip((name, [.. csv, .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("#\r\n", 100_000)))])),
            BillFile.Zip(Enumerable.Range(0, 100_000).Select(number => ($"{number}.csv", Array.Empty<byte>()))),
            BillFile.Zip(Enumerable.Range(0, 17).Select(number => ($"{number}_业务明细.csv", csv))),
            BillFile.Zip(("../../" + name, csv)),
            BillFile.Zip(("C:\\" + name, csv)),
            BillFile.Zip((name, csv), ("2_业务明细.csv", csv)),
            BillFile.Zip(("x.csv", csv)),
            BillFile.Zip((name, zip)),
            BillFile.Zip(),
            zip[..(zip.Length / 2)],
            [.. zip, .. "trailing"u8],
            [.. "PK\x03\x04"u8],
        ];
        foreach (var file in files)
        {
            Assert.EndsWith(".", await BrokenAsync(file), StringComparison.Ordinal);
        }

        // An end that declares two entries before a table of many: whoever believed it would make an object of each.
        var lying = BillFile.Zip(Enumerable.Range(0, 100).Select(number => ($"{number}.csv", Array.Empty<byte>())));
        (lying[^14], lying[^12], lying[^10], lying[^9]) = (2, 2, 100, 0);
        Assert.Contains("contradicts itself", await BrokenAsync(lying), StringComparison.Ordinal);

        var bomb = BillFile.Zip((name, [.. csv, .. Encoding.ASCII.GetBytes(new string('\n', 32 * 1024 * 1024))]));
        Assert.Contains("times its compressed size", await BrokenAsync(bomb), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_downloaded_file_is_this_users_alone_and_goes_away_with_the_lines()
    {
        foreach (var file in new[] { BillFile.Usual().Zip(), BillFile.Zip(), [] })
        {
            var spool = new BillSpool();
            await spool.FillAsync(new MemoryStream(file), TestContext.Current.CancellationToken);
            Assert.True(File.Exists(spool.FileName));
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(spool.FileName) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
            try
            {
                await DrainAsync(new StatementAnswer.Ready(BillLines.ReadAsync(spool, Day, Some.SellerId, CancellationToken.None)));
            }
            catch (StatementException)
            {
                // The second and the third file are no bills.
            }

            Assert.False(File.Exists(spool.FileName));
        }
    }

    [Fact]
    public void X03_a_zip_file_with_any_byte_changed_is_read_or_refused()
    {
        var zip = BillFile.Usual().Zip();
        Gen.Select(Gen.Int[0, zip.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                var broken = zip.ToArray();
                broken[at] = value;
                try
                {
                    _ = ReadAsync(Serving(broken)).GetAwaiter().GetResult();
                }
                catch (StatementException)
                {
                    // That, or the right lines, or no bill at all.
                }
                catch (NoBillException)
                {
                }
            },
            iter: 500);
    }

    [Theory]
    [InlineData("http://dwbillcenter.alipay.com/x", true)]
    [InlineData("https://dwbillcenter.alipay.com/x", true)]
    [InlineData("https://bill.alipaydev.com/x", true)]
    [InlineData("https://openapi.alipay.com/x", true)]
    [InlineData("https://dwbillcenter.alipay.com:8443/x", false)]
    [InlineData("https://user@dwbillcenter.alipay.com/x", false)]
    [InlineData("https://dwbillcenter.alipay.com.evil.example/x", false)]
    [InlineData("https://evilalipay.com/x", false)]
    [InlineData("https://alipay.com/x", false)]
    [InlineData("http://169.254.169.254/latest/meta-data", false)]
    [InlineData("http://127.0.0.1/x", false)]
    [InlineData("http://[::1]/x", false)]
    [InlineData("http://2130706433/x", false)]
    [InlineData("http://localhost/x", false)]
    [InlineData("http://10.0.0.1/.alipay.com", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("ftp://dwbillcenter.alipay.com/x", false)]
    [InlineData("//dwbillcenter.alipay.com/x", false)]
    [InlineData("x", false)]
    public async Task X09_X10_a_bill_is_fetched_from_alipays_hosts_alone(string address, bool isFetched)
    {
        var gateway = Serving(BillFile.Usual().Zip(), address);
        var answer = await FetchAsync(gateway);
        Assert.Equal(isFetched ? typeof(StatementAnswer.Ready) : typeof(StatementAnswer.Unknown), answer.GetType());
        Assert.Equal(isFetched ? 2 : 1, gateway.Calls.Count);
        Assert.All(gateway.Calls.Skip(1), call => Assert.Equal("https", call.Url.Scheme));
        if (answer is StatementAnswer.Ready ready)
        {
            await DrainAsync(ready);
        }
    }

    [Fact]
    public async Task X09_a_gateway_on_this_machine_may_name_itself_and_nothing_else()
    {
        var settings = Some.KeyModeSettings();
        settings["Gateway"] = "http://127.0.0.1:5090/alipay/gateway.do";
        Assert.Equal(3, (await ReadAsync(Serving(BillFile.Usual().Zip(), "http://127.0.0.1:5090/alipay/bill?token=x"), settings)).Count);
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(Serving([], "http://127.0.0.1:5091/alipay/bill"), settings));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(Serving([], "http://127.0.0.2:5090/alipay/bill"), settings));
    }

    [Fact]
    public async Task X09_a_redirect_is_not_followed()
    {
        var gateway = new StubGateway(call => call.Body.Length > 0
            ? Said(Node(Address))
            : new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri("http://169.254.169.254/") } });
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(gateway));
        Assert.Equal(2, gateway.Calls.Count);
    }

    [Fact]
    public async Task An_expired_link_and_a_failing_download_are_unknown()
    {
        Assert.Contains("30 seconds", Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(Serving(Encoding.UTF8.GetBytes("下载超时,请重新下载.")))).Detail, StringComparison.Ordinal);
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(Serving([])));
        foreach (var failure in new Exception[] { new HttpRequestException("x"), new IOException("x"), new TaskCanceledException("x") })
        {
            Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(new StubGateway(call => call.Body.Length > 0 ? Said(Node(Address)) : throw failure)));
        }
    }

    [Fact]
    public async Task X10_an_address_that_alipay_did_not_sign_is_not_asked()
    {
        foreach (var body in new[] { $$"""{"alipay_data_dataservice_bill_downloadurl_query_response":{{Node(Address)}}}""", StubGateway.Signed(Method, Node(Address), Keys.App) })
        {
            var gateway = StubGateway.Saying(body);
            Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(gateway));
            Assert.Single(gateway.Calls);
        }
    }

    [Theory]
    [InlineData("isp.bill_not_exist", 21, typeof(StatementAnswer.NotReady))]
    [InlineData("BILL_NOT_EXIST", 21, typeof(StatementAnswer.NotReady))]
    [InlineData("BILL_NOT_EXIST", 20, typeof(StatementAnswer.Empty))]
    [InlineData("isv.NO_BILL_DATA", 22, typeof(StatementAnswer.NotReady))]
    [InlineData("isv.NO_BILL_DATA", 21, typeof(StatementAnswer.Empty))]
    [InlineData("BILL_DATE_BEFORE_REGISTRATION", 21, typeof(StatementAnswer.Empty))]
    [InlineData("INVAILID_ARGUMENTS", 21, typeof(StatementAnswer.Unknown))]
    [InlineData("UNKNOWN_ERROR", 20, typeof(StatementAnswer.Unknown))]
    public async Task T08_a_day_without_a_bill_is_empty_only_once_alipay_must_have_made_it(string code, int day, Type expected)
    {
        // It is the 22nd of November, 12:30 at +08:00.
        var gateway = StubGateway.Signing(Method, $$"""{"code":"40004","msg":"Business Failed","sub_code":"{{code}}","sub_msg":"-"}""");
        Assert.IsType(expected, await FetchAsync(gateway, day: new DateOnly(2026, 11, day)));
    }

    [Fact]
    public async Task A_day_that_alipay_calls_empty_is_empty()
    {
        Assert.IsType<StatementAnswer.Empty>(await FetchAsync(StubGateway.Signing(Method, $$"""{"code":"10000","msg":"Success","bill_file_code":"EMPTY_DATA_WITH_BILL_FILE","bill_download_url":"{{Address}}"}""")));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Signing(Method, """{"code":"10000","msg":"Success"}""")));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Signing(Method, """{"code":"20000","msg":"Service Currently Unavailable"}""")));
        Assert.Empty(await ReadAsync(Serving(new BillFile().Zip())));
    }

    private static StubGateway Serving(byte[] file, string address = Address) =>
        new(call => call.Body.Length > 0 ? Said(Node(address)) : new HttpResponseMessage { Content = new ByteArrayContent(file) });

    private static string Node(string address) => $$"""{"code":"10000","msg":"Success","bill_download_url":"{{address}}"}""";

    private static HttpResponseMessage Said(string node) => new() { Content = new StringContent(StubGateway.Signed(Method, node)) };

    private static Task<StatementAnswer> FetchAsync(StubGateway gateway, Dictionary<string, string?>? settings = null, DateOnly? day = null) =>
        ((IStatementProvider)Some.Provider(settings, gateway)).FetchStatementAsync(day ?? Day, TestContext.Current.CancellationToken);

    private static async Task<List<StatementLine>> ReadAsync(StubGateway gateway, Dictionary<string, string?>? settings = null) =>
        await FetchAsync(gateway, settings) is StatementAnswer.Ready ready ? await DrainAsync(ready) : throw new NoBillException();

    private static async Task<List<StatementLine>> DrainAsync(StatementAnswer.Ready ready)
    {
        var lines = new List<StatementLine>();
        await foreach (var line in ready.Lines.WithCancellation(TestContext.Current.CancellationToken))
        {
            lines.Add(line);
        }

        return lines;
    }

    private static async Task<string> BrokenAsync(byte[] file) =>
        (await Assert.ThrowsAsync<StatementException>(() => ReadAsync(Serving(file)))).Message;

    private sealed class NoBillException : Exception;
}
