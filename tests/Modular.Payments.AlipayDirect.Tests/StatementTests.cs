using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>The account's log of a day, page by page, and everything that a page must not be.</summary>
public sealed class StatementTests
{
    private static readonly DateOnly Day = new(2026, 11, 21);

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task Payments_fees_and_refunds_of_a_day_become_lines(Dialect dialect)
    {
        var gateway = Pages(dialect, Page(
            dialect,
            Row("P1", "T1", income: "368.00"),
            Fee("P1", "T1", "2.21"),
            Row("P2", "T2", income: "0.01", at: "2026-11-21 23:59:59"),
            Refund("P1", "T1", "68.00", $"不想要了 [{Some.RefundNo}]"),
            Refund("P2", "T2", "0.01", "在控制台"),
            Row("", "T3", outcome: "100.00", kind: "提现"),
            Row("P4", "T4", income: "5.00", kind: "转账")));

        var lines = await LinesAsync(gateway, dialect);

        Assert.Equal(
            [
                "Payment P1 T1  368.00 221 2026-11-21T04:00:00",
                "Payment P2 T2  0.01 0 2026-11-21T15:59:59",
                $"Refund P1 T1 {Some.RefundNo} 68.00 0 2026-11-21T05:00:00",
                "Refund P2 T2  0.01 0 2026-11-21T05:00:00",
            ],
            lines.Select(Tell));
        Assert.All(lines.Where(line => line.Kind == StatementLineKind.Refund), line => Assert.NotNull(line.ProviderRefundNo));
        var sent = Assert.Single(gateway.Calls).Parameters(dialect);
        Assert.True(Alipay.Accepts(sent, dialect));
        Assert.Equal(
            ("account.page.query", "1", "2026-11-21 00:00:00", "2026-11-22 00:00:00"),
            (sent["service"], sent["page_no"], sent["gmt_start_time"], sent["gmt_end_time"]));
    }

    [Fact]
    public async Task Pages_follow_each_other_and_a_fee_finds_its_payment_on_the_page_before_or_behind()
    {
        var gateway = Pages(
            Dialect.Usual,
            Page(Dialect.Usual, 1, "T", Row("P1", "T1", income: "1.00"), Fee("P2", "T2", "0.02")),
            Page(Dialect.Usual, 2, "T", Fee("P1", "T1", "0.01"), Row("P2", "T2", income: "2.00")),
            Page(Dialect.Usual, 3, "T", Fee("P9", "T9", "0.09")),
            Page(Dialect.Usual, 4, "F", Row("P3", "T3", income: "3.00"), Fee("P1", "T1", "0.07")));

        Assert.Equal([("P1", 1L), ("P2", 2L), ("P3", 0L)], (await LinesAsync(gateway)).Select(line => (line.PaymentNo, line.FeeMinor)));
        Assert.Equal(["1", "2", "3", "4"], gateway.Calls.Select(call => call.Parameters(Dialect.Usual)["page_no"]));
    }

    [Fact]
    public async Task Without_has_next_page_a_full_page_is_followed_and_a_short_one_is_the_last()
    {
        var gateway = Pages(
            Dialect.Usual,
            Page(Dialect.Usual, 1, "", Row("P1", "T1", income: "1.00"), Row("P2", "T2", income: "1.00")).Replace("5000", "2", StringComparison.Ordinal),
            Page(Dialect.Usual, 2, "", Row("P3", "T3", income: "1.00")).Replace("5000", "2", StringComparison.Ordinal));
        var unsigned = new StubGateway(async (call, token) => await Unsigned(gateway, call, token));
        Assert.Equal(3, (await LinesAsync(unsigned)).Count);
        Assert.Equal(2, unsigned.Calls.Count);
    }

    [Fact]
    public async Task Empty_elements_may_be_signed_as_two_tags()
    {
        var whole = $"<account_log_list><AccountQueryAccountLogVO>{Row("P1", "T1", income: "1.00")}</AccountQueryAccountLogVO></account_log_list>";
        var text = $"account_log_list={whole}&has_next_page=F&page_no=1&page_size=5000";
        var sent = whole.Replace("<memo></memo>", "<memo/>", StringComparison.Ordinal).Replace("<outcome></outcome>", "<outcome />", StringComparison.Ordinal);
        Assert.NotEqual(whole, sent);
        Assert.Single(await LinesAsync(StubGateway.Saying(Xml(sent, 1, "F", Alipay.SignBytes(Encoding.UTF8.GetBytes(text), "MD5"), Dialect.Usual))));
    }

    [Fact]
    public async Task A_day_without_rows_is_empty_and_one_that_is_not_over_is_not_ready()
    {
        Assert.IsType<StatementAnswer.Empty>(await FetchAsync(StubGateway.Saying(Page(Dialect.Usual))));
        var gateway = StubGateway.Saying(Page(Dialect.Usual));
        Assert.IsType<StatementAnswer.NotReady>(await FetchAsync(gateway, day: Day.AddDays(1)));
        Assert.Empty(gateway.Calls);
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "a refusal", TradeAnswer.Error("ILLEGAL_PARTNER_EXTERFACE") },
        { "nothing", "" },
        { "html", "<html><body>busy</body></html>" },
        { "a document type", Page(Dialect.Usual, Row("P1", "T1", income: "1.00")).Replace("<alipay>", "<!DOCTYPE alipay><alipay>", StringComparison.Ordinal) },
        { "entities", "<!DOCTYPE alipay [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><alipay><is_success>&b;</is_success></alipay>" },
        { "an outside entity", "<!DOCTYPE alipay [<!ENTITY a SYSTEM \"file:///etc/hostname\">]><alipay><is_success>T</is_success><error>&a;</error></alipay>" },
        { "another root", Page(Dialect.Usual).Replace("alipay>", "bill>", StringComparison.Ordinal) },
        { "a comment", Page(Dialect.Usual, Row("P1", "T1", income: "1.00")).Replace("<response>", "<!-- <account_log_list> --><response>", StringComparison.Ordinal) },
        { "character data", Page(Dialect.Usual, Row("P1", "<![CDATA[T1]]>", income: "1.00")) },
        { "an instruction", Page(Dialect.Usual).Replace("<response>", "<?x y?><response>", StringComparison.Ordinal) },
        { "attributes", Page(Dialect.Usual, Row("P1", "T1", income: "1.00")).Replace("<response>", "<response a=\"b\">", StringComparison.Ordinal) },
        { "a list twice", Page(Dialect.Usual, Row("P1", "T1", income: "1.00") + "</AccountQueryAccountLogVO></account_log_list><account_log_list><AccountQueryAccountLogVO>" + Row("P2", "T2", income: "1.00")) },
        { "a field twice", Page(Dialect.Usual, Row("P1", "T1", income: "1.00") + "<income>2.00</income>") },
        { "a row in a row", Page(Dialect.Usual, "<AccountQueryAccountLogVO><income>1.00</income></AccountQueryAccountLogVO>") },
        { "text beside elements", Page(Dialect.Usual, "x" + Row("P1", "T1", income: "1.00")) },
        { "a wrong signature", Page(Dialect.Usual, Row("P1", "T1", income: "1.00")).Replace("<income>1.00", "<income>2.00", StringComparison.Ordinal) },
        { "a wrong paging", Page(Dialect.Usual, 1, "T", Row("P1", "T1", income: "1.00")).Replace("<has_next_page>T", "<has_next_page>F", StringComparison.Ordinal) },
        { "another sign_type", Page(Dialect.Usual, Row("P1", "T1", income: "1.00")).Replace("<sign_type>MD5", "<sign_type>RSA", StringComparison.Ordinal) },
        { "another page", Page(Dialect.Usual, 2, "F", Row("P1", "T1", income: "1.00")) },
        { "a torn page", Page(Dialect.Usual, Row("P1", "T1", income: "1.00"))[..600] },
        { "another encoding", Page(Dialect.Usual).Replace("utf-8", "utf-16", StringComparison.Ordinal) },
        { "too many fields", Page(Dialect.Usual, string.Concat(Enumerable.Range(0, 65).Select(i => $"<f{i}>x</f{i}>"))) },
        { "too many rows", Page(Dialect.Usual, [.. Enumerable.Repeat("<a>x</a>", 5001)]) },
        { "too long a text", Page(Dialect.Usual, $"<a>{new string('x', 5000)}</a>") },
        { "too deep", Page(Dialect.Usual, "<a><b>x</b></a>") },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_page_that_is_not_as_it_should_be_is_unknown(string what, string body) =>
        Assert.True(await FetchAsync(StubGateway.Saying(body)) is StatementAnswer.Unknown { Detail.Length: > 20 }, what);

    [Theory]
    [InlineData("income", "1.005")]
    [InlineData("income", "-1.00")]
    [InlineData("income", "1,00")]
    [InlineData("trans_date", "2026-11-22 00:00:00")]
    [InlineData("trans_date", "2026-11-20 23:59:59")]
    [InlineData("trans_date", "yesterday")]
    public async Task A_signed_row_that_cannot_be_right_makes_the_bill_unusable(string field, string value)
    {
        var row = System.Text.RegularExpressions.Regex.Replace(Row("P1", "T1", income: "1.00"), $"<{field}>[^<]*<", $"<{field}>{value}<");
        await Assert.ThrowsAsync<StatementException>(() => LinesAsync(StubGateway.Saying(Page(Dialect.Usual, row))));
    }

    [Fact]
    public async Task A_later_page_that_fails_makes_the_bill_unusable()
    {
        var gateway = Pages(Dialect.Usual, Page(Dialect.Usual, 1, "T", Row("P1", "T1", income: "1.00")), TradeAnswer.Error("SYSTEM_ERROR"));
        await Assert.ThrowsAsync<StatementException>(() => LinesAsync(gateway));

        // A gateway that does not turn the page would be read for ever.
        await Assert.ThrowsAsync<StatementException>(() => LinesAsync(StubGateway.Saying(Page(Dialect.Usual, 1, "T", Row("P1", "T1", income: "1.00")))));
    }

    [Fact]
    public async Task A_page_without_end_is_not_read_to_its_end()
    {
        var body = new byte[(16 * 1024 * 1024) + 1];
        Array.Fill(body, (byte)' ');
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Saying(body)));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Failing(new HttpRequestException("x"))));
        Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(StubGateway.Saying("", status: HttpStatusCode.Found)));
    }

    private static string Row(string no, string tradeNo, string income = "", string outcome = "", string kind = "在线支付", string sub = "", string memo = "", string at = "2026-11-21 12:00:00") =>
        $"<balance>1000.00</balance><buyer_account>20880000000000990156</buyer_account><goods_title>x</goods_title><income>{income}</income><memo>{memo}</memo><merchant_out_order_no>{no}</merchant_out_order_no>"
        + $"<outcome>{outcome}</outcome><rate>0.006</rate><sub_trans_code_msg>{sub}</sub_trans_code_msg><total_fee>1.00</total_fee><trade_no>{tradeNo}</trade_no><trans_code_msg>{kind}</trans_code_msg><trans_date>{at}</trans_date>";

    private static string Fee(string no, string tradeNo, string fee) => Row(no, tradeNo, outcome: fee, kind: "收费");

    private static string Refund(string no, string tradeNo, string amount, string memo) =>
        Row(no, tradeNo, outcome: amount, kind: "转账", sub: "交易退款", memo: memo, at: "2026-11-21 13:00:00");

    private static string Page(Dialect dialect, params string[] rows) => Page(dialect, 1, "F", rows);

    /// <summary>A page whose signature is right: over the list with its tags and the three values behind it.</summary>
    private static string Page(Dialect dialect, int no, string hasNext, params string[] rows)
    {
        var list = $"<account_log_list>{string.Concat(rows.Select(row => $"<AccountQueryAccountLogVO>{row}</AccountQueryAccountLogVO>"))}</account_log_list>";
        var next = hasNext.Length > 0 ? $"&has_next_page={hasNext}" : "";
        var text = string.Create(CultureInfo.InvariantCulture, $"account_log_list={list}{next}&page_no={no}&page_size=5000");
        return Xml(list, no, hasNext, Alipay.SignBytes(dialect.Encoding.GetBytes(text), dialect.SignType), dialect);
    }

    private static string Xml(string list, int no, string hasNext, string sign, Dialect dialect) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        <?xml version="1.0" encoding="{dialect.Charset}"?>
        <alipay><is_success>T</is_success><request><param name="service">account.page.query</param><param name="partner">{Some.Partner}</param></request>
        <response><account_page_query_result>{list}{(hasNext.Length > 0 ? $"<has_next_page>{hasNext}</has_next_page>" : "")}<page_no>{no}</page_no><page_size>5000</page_size></account_page_query_result></response><sign>{sign}</sign><sign_type>{dialect.SignType}</sign_type></alipay>
        """);

    private static StubGateway Pages(Dialect dialect, params string[] pages) => new((call, _) =>
    {
        var no = int.Parse(call.Parameters(dialect)["page_no"], CultureInfo.InvariantCulture);
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(dialect.Encoding.GetBytes(pages[no - 1])) });
    });

    private static async Task<HttpResponseMessage> Unsigned(StubGateway inner, StubGateway.Call call, CancellationToken token)
    {
        using var client = new HttpClient(inner, disposeHandler: false);
        using var content = new StringContent(call.Body);
        using var answer = await client.PostAsync(call.Url, content, token);
        var text = await answer.Content.ReadAsStringAsync(token);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(System.Text.RegularExpressions.Regex.Replace(text, "<sign>.*</sign_type>", "")) };
    }

    private static string Tell(StatementLine line) => string.Create(
        CultureInfo.InvariantCulture, $"{line.Kind} {line.PaymentNo} {line.ProviderTradeNo} {line.RefundNo} {line.Amount.ToDecimalString()} {line.FeeMinor} {line.At.UtcDateTime:s}");

    private static Task<StatementAnswer> FetchAsync(StubGateway gateway, Dialect? dialect = null, DateOnly? day = null) =>
        ((IStatementProvider)Some.Provider(Some.Settings(dialect), gateway, new FakeTimeProvider(Keys.Now))).FetchStatementAsync(day ?? Day, TestContext.Current.CancellationToken);

    private static async Task<List<StatementLine>> LinesAsync(StubGateway gateway, Dialect? dialect = null)
    {
        var answer = await FetchAsync(gateway, dialect);
        Assert.True(answer is StatementAnswer.Ready, answer.ToString());
        var lines = new List<StatementLine>();
        await foreach (var line in ((StatementAnswer.Ready)answer).Lines.WithCancellation(TestContext.Current.CancellationToken))
        {
            lines.Add(line);
        }

        return lines;
    }
}
