using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>Bills: where they are fetched from, what proves them, and what their lines become.</summary>
public sealed class StatementTests
{
    private const string Url = "https://api.mch.weixin.qq.com/v3/billdownload/file?token=a%2Fb~c|d&x=%7e";
    private static readonly DateOnly Day = new(2026, 11, 21);

    [Fact]
    public async Task Payments_and_refunds_become_lines()
    {
        var gateway = Serving(Bill.Of(Bill.Payment(), Bill.Refund()));
        var lines = await ReadAsync(gateway);
        Assert.Equal(2, lines.Count);
        Assert.Equal(
            new StatementLine
            {
                Kind = StatementLineKind.Payment,
                PaymentNo = Some.PaymentNo,
                ProviderTradeNo = "4200001234202611210000000001",
                Amount = Money.Cny(36800),
                FeeMinor = 221,
                At = new DateTimeOffset(2026, 11, 21, 15, 59, 59, TimeSpan.Zero),
                App = Some.AppId,
                ProviderState = "SUCCESS",
            },
            lines[0]);
        Assert.Equal(
            new StatementLine
            {
                Kind = StatementLineKind.Refund,
                PaymentNo = Some.PaymentNo,
                ProviderTradeNo = "4200001234202611210000000001",
                RefundNo = "R20261122000001",
                ProviderRefundNo = "50000709672019011908420787722",
                Amount = Money.Cny(800),
                FeeMinor = -5,
                At = new DateTimeOffset(2026, 11, 21, 15, 59, 59, TimeSpan.Zero),
                App = Some.AppId,
                ProviderState = "SUCCESS",
            },
            lines[1]);

        Assert.Equal("https://api.mch.weixin.qq.com/v3/bill/tradebill?bill_date=2026-11-21&bill_type=ALL&tar_type=GZIP", gateway.Calls[0].Url.AbsoluteUri);
        var download = gateway.Calls[1];
        Assert.Equal(Url, download.Url.OriginalString);
        Assert.Equal("/v3/billdownload/file?token=a%2Fb~c|d&x=%7e", download.Url.PathAndQuery);
        var parts = download.Headers["Authorization"].Split(' ')[1].Split(',').ToDictionary(p => p.Split('=')[0], p => p.Split('"')[1]);
        var text = $"GET\n{download.Url.PathAndQuery}\n{parts["timestamp"]}\n{parts["nonce_str"]}\n\n";
        Assert.True(Keys.Merchant.VerifyData(Encoding.ASCII.GetBytes(text), Convert.FromBase64String(parts["signature"]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Theory]
    [InlineData("SUCCESS", true)]
    [InlineData("PROCESSING", false)]
    [InlineData("FAIL", false)]
    [InlineData("CHANGE", false)]
    [InlineData("TELEPATHY", false)]
    [InlineData("", false)]
    public async Task A_refund_is_done_only_where_the_bill_says_so(string state, bool isDone) =>
        Assert.Equal(isDone, Assert.Single(await ReadAsync(Serving(Bill.Of(Bill.Refund(state))))).IsDone);

    [Fact]
    public async Task A_reversal_is_a_refund_that_has_no_number()
    {
        var row = Bill.Refund("").Replace("`REFUND", "`REVOKED", StringComparison.Ordinal)
            .Replace("`R20261122000001", "`0", StringComparison.Ordinal).Replace("`50000709672019011908420787722", "`0", StringComparison.Ordinal);
        var line = Assert.Single(await ReadAsync(Serving(Bill.Header + row + "\r\n" + Bill.Totals(1, 0, 800, -5))));
        Assert.Equal((StatementLineKind.Refund, null, null, true), (line.Kind, line.RefundNo, line.ProviderRefundNo, line.IsDone));
    }

    [Fact]
    public async Task X04_columns_are_found_by_name_and_text_of_the_merchant_shifts_none()
    {
        var columns = Bill.Columns.Split(',').Reverse().Append("新列").ToArray();
        var text = Bill.Of(Bill.Payment(name: "庭院, 客房\" \\n+早餐"));
        Assert.Equal(36800, Assert.Single(await ReadAsync(Serving(text))).Amount.Minor);
        var turned = string.Join(',', columns) + "\r\n" + string.Join(',', Bill.Payment().Split(',').Reverse()) + ",`x\r\n" + Bill.Totals(1, 36800, 0, 221);
        Assert.Equal(36800, Assert.Single(await ReadAsync(Serving(turned))).Amount.Minor);
    }

    [Fact]
    public async Task The_refunds_amount_falls_back_on_what_was_given()
    {
        var text = Bill.Of(Bill.Refund()).Replace("申请退款金额", "别的", StringComparison.Ordinal).Replace("申请退款总金额", "别的总", StringComparison.Ordinal);
        Assert.Equal(800, Assert.Single(await ReadAsync(Serving(text))).Amount.Minor);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task The_hash_is_that_of_the_text_or_of_the_file_and_compression_is_no_duty(bool isGzip, bool ofFile)
    {
        var text = Encoding.UTF8.GetBytes(Bill.Of(Bill.Payment()));
        var file = isGzip ? Gzip(text) : text;
        Assert.Single(await ReadAsync(Serving(file, Hash(ofFile ? file : text).ToUpperInvariant())));
    }

    [Fact]
    public async Task X10_a_file_with_another_hash_is_no_bill()
    {
        var (text, other) = (Encoding.UTF8.GetBytes(Bill.Of(Bill.Payment())), Encoding.UTF8.GetBytes(Bill.Of(Bill.Refund())));
        Assert.Contains("hash", await BrokenAsync(Serving(Gzip(other), Hash(text))), StringComparison.Ordinal);
        Assert.Contains("hash", await BrokenAsync(Serving(Gzip(text)[..^8], Hash(text[..^1]))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task L07_totals_that_are_not_those_of_the_lines_refuse_the_bill()
    {
        var good = Bill.Of(Bill.Payment(), Bill.Refund());
        Assert.Contains("总交易单数", await BrokenAsync(Serving(Bill.Header + Bill.Payment() + "\r\n" + Bill.Totals(2, 36800, 0, 221))), StringComparison.Ordinal);
        Assert.Contains("订单总金额", await BrokenAsync(Serving(Bill.Header + Bill.Payment() + "\r\n" + Bill.Totals(1, 36801, 0, 221))), StringComparison.Ordinal);
        Assert.Contains("申请退款总金额", await BrokenAsync(Serving(Bill.Header + Bill.Refund() + "\r\n" + Bill.Totals(1, 0, 801, -5))), StringComparison.Ordinal);
        Assert.Contains("手续费总金额", await BrokenAsync(Serving(Bill.Header + Bill.Payment() + "\r\n" + Bill.Totals(1, 36800, 0, 222))), StringComparison.Ordinal);
        Assert.Contains("cut off", await BrokenAsync(Serving(good[..good.IndexOf("总交易", StringComparison.Ordinal)])), StringComparison.Ordinal);
        Assert.Contains("one line of totals", await BrokenAsync(Serving(good + "`2,`1.00,`1.00,`1.00,`1.00,`1.00,`1.00\r\n")), StringComparison.Ordinal);
        Assert.Equal(2, (await ReadAsync(Serving(good.Replace("`2,`", "`2.0,`", StringComparison.Ordinal)))).Count);
    }

    [Theory]
    [InlineData("订单金额,", "金额,", "订单金额")]
    [InlineData("商户号,特", "商户,特", "商户号")]
    [InlineData("`" + Some.MchId, "`1900000000", "MchId")]
    [InlineData("`SUCCESS,`OTHERS", "`TELEPATHY,`OTHERS", "交易状态")]
    [InlineData("`368.00", "`3e2", "订单金额")]
    [InlineData("`2026-11-21", "`2026-11-19", "2026-11-21")]
    [InlineData("`2026-11-21", "`2026-11-23", "2026-11-21")]
    [InlineData("23:59:59", "24:00:00", "交易时间")]
    public async Task X04_a_bill_that_is_not_as_it_should_be_is_refused_and_the_place_is_named(string what, string instead, string named) =>
        Assert.Contains(named, await BrokenAsync(Serving(Bill.Of(Bill.Payment()).Replace(what, instead, StringComparison.Ordinal))), StringComparison.Ordinal);

    [Theory]
    [InlineData("`2026-11-20")]
    [InlineData("`2026-11-22")]
    public async Task L06_a_payment_at_midnight_may_stand_in_the_bill_of_the_day_beside_its_own(string date) =>
        Assert.Single(await ReadAsync(Serving(Bill.Of(Bill.Payment()).Replace("`2026-11-21", date, StringComparison.Ordinal))));

    [Fact]
    public async Task X03_a_file_that_unfolds_beyond_all_measure_is_given_up()
    {
        var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var header = Encoding.UTF8.GetBytes(Bill.Header);
            await gzip.WriteAsync(header, TestContext.Current.CancellationToken);
            var row = Encoding.UTF8.GetBytes(Bill.Payment() + "\r\n");
            for (var count = 0; count < 200_000; count++)
            {
                await gzip.WriteAsync(row, TestContext.Current.CancellationToken);
            }
        }

        var detail = await BrokenAsync(Serving(bomb.ToArray(), new string('0', 40)));
        Assert.Contains("200 times", detail, StringComparison.Ordinal);
        Assert.Contains("unpacked", await BrokenAsync(Serving([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], new string('0', 40))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("http://api.mch.weixin.qq.com/v3/billdownload/file?token=1")]
    [InlineData("https://api.mch.weixin.qq.com:8443/v3/billdownload/file?token=1")]
    [InlineData("https://api.mch.weixin.qq.com.evil.example/v3/billdownload/file?token=1")]
    [InlineData("https://evilmch.weixin.qq.com/v3/billdownload/file?token=1")]
    [InlineData("https://user@api.mch.weixin.qq.com/v3/billdownload/file?token=1")]
    [InlineData("https://api.mch.weixin.qq.com/v3/file?token=1#part")]
    [InlineData("https://api.mch.weixin.qq.com\\\\@evil.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/v3/billdownload/file")]
    public async Task X09_X10_no_other_host_is_asked(string url)
    {
        var gateway = Serving(Bill.Of(Bill.Payment()), url: url);
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(gateway));
        Assert.Single(gateway.Calls);
    }

    [Theory]
    [InlineData("https://api2.mch.weixin.qq.com/v3/billdownload/file?token=1")]
    [InlineData("https://api.mch.weixin.qq.com/v3/bill/downloadurl?token=1")]
    public async Task Every_host_of_wechat_pays_is_asked(string url) =>
        Assert.Single(await ReadAsync(Serving(Bill.Of(Bill.Payment()), url: url)));

    [Fact]
    public async Task The_host_of_another_base_address_is_asked_by_its_own_port_alone()
    {
        var settings = Some.PublicKeyModeSettings();
        settings["BaseUrl"] = "http://127.0.0.1:5090";
        Assert.Single(await ReadAsync(Serving(Bill.Of(Bill.Payment()), url: "http://127.0.0.1:5090/v3/billdownload/file?token=1"), settings));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(Serving(Bill.Of(Bill.Payment()), url: "http://127.0.0.1:6379/v3/billdownload/file?token=1"), settings));
    }

    [Theory]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task X09_a_download_that_leads_elsewhere_or_fails_is_unknown(int status)
    {
        var answer = Answer(Url, new string('0', 40));
        var gateway = new StubGateway(call =>
        {
            var response = call.Url.AbsolutePath.Contains("tradebill", StringComparison.Ordinal)
                ? StubGateway.Answer(answer, 200, Some.Signed(answer))
                : StubGateway.Answer("", status);
            response.Headers.Location = status == 302 ? new Uri("http://169.254.169.254/") : null;
            return response;
        });
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(gateway));
        Assert.Equal(2, gateway.Calls.Count);
    }

    [Fact]
    public async Task S16_only_a_signed_answer_names_a_bill_or_an_empty_day()
    {
        const string None = """{"code":"NO_STATEMENT_EXIST","message":"请求的账单文件不存在"}""";
        Assert.IsType<StatementAnswer.Empty>(await FetchAsync(StubGateway.Signing(None, 400)));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Saying(None, 400)));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Saying(Answer(Url, new string('0', 40)))));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Signing(Answer(Url, new string('0', 39)))));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Signing(Answer(Url, new string('0', 40)).Replace("SHA1", "MD5", StringComparison.Ordinal))));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Signing("""{"code":"INVALID_REQUEST","message":"m"}""", 400)));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Signing("""{"code":"SYSTEM_ERROR","message":"m"}""", 500)));
    }

    [Fact]
    public async Task T08_a_bill_that_is_not_made_is_not_ready_and_no_empty_day()
    {
        Assert.IsType<StatementAnswer.NotReady>(await FetchAsync(StubGateway.Signing("""{"code":"STATEMENT_CREATING","message":"账单生成中"}""", 400)));
        var none = StubGateway.Signing("""{"code":"NO_STATEMENT_EXIST","message":"m"}""", 400);
        Assert.IsType<StatementAnswer.NotReady>(await FetchAsync(none, day: new DateOnly(2026, 11, 22)));
    }

    private static string Answer(string url, string hash) => $$"""{"hash_type":"SHA1","hash_value":"{{hash}}","download_url":"{{url}}"}""";

    private static StubGateway Serving(string text, string url = Url) => Serving(Gzip(Encoding.UTF8.GetBytes(text)), Hash(Encoding.UTF8.GetBytes(text)), url);

    private static StubGateway Serving(byte[] file, string hash, string url = Url)
    {
        var answer = Answer(url, hash);
        return new StubGateway(call => call.Url.AbsolutePath == "/v3/bill/tradebill"
            ? StubGateway.Answer(answer, 200, Some.Signed(answer))
            : new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(file) });
    }

    private static byte[] Gzip(byte[] text)
    {
        var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(text);
        }

        return file.ToArray();
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "It is the hash of the protocol.")]
    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData(bytes));

    private static Task<StatementAnswer> FetchAsync(StubGateway gateway, Dictionary<string, string?>? settings = null, DateOnly? day = null) =>
        ((IStatementProvider)Some.Provider(settings, gateway)).FetchStatementAsync(day ?? Day, TestContext.Current.CancellationToken);

    private static async Task<List<StatementLine>> ReadAsync(StubGateway gateway, Dictionary<string, string?>? settings = null)
    {
        var lines = new List<StatementLine>();
        await foreach (var line in Assert.IsType<StatementAnswer.Ready>(await FetchAsync(gateway, settings)).Lines.WithCancellation(TestContext.Current.CancellationToken))
        {
            lines.Add(line);
        }

        return lines;
    }

    private static async Task<string> BrokenAsync(StubGateway gateway)
    {
        var message = (await Assert.ThrowsAsync<StatementException>(() => ReadAsync(gateway))).Message;
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        Assert.DoesNotContain(Some.PaymentNo, message, StringComparison.Ordinal);
        return message;
    }
}
