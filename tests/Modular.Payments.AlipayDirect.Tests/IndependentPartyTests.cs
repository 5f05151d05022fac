using System.Text;
using System.Text.Json.Nodes;
using Modular.Payments.Abstractions;
using Modular.Payments.AlipayDirect.Wire;
using Modular.Testing;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>Another implementation, in another language and with another GBK, agrees with the plugin byte for byte.</summary>
public sealed class IndependentPartyTests
{
    private const string Script = "alipay-direct-messages.mjs";
    private const string Hostile = "预订'庭院\"<客房>&%41+“镕”〇 50%订单";

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task A_notification_signed_by_the_other_side_is_accepted_and_an_altered_one_is_not(Dialect dialect)
    {
        var answer = await AskAsync(new
        {
            ask = "notification",
            fields = Some.Notification(("subject", Hostile), ("body", "")),
            charset = dialect.Charset,
            type = dialect.SignType,
            md5Key = Keys.Md5,
            privateKey = Keys.Alipay.ExportPkcs8PrivateKeyPem(),
        });
        var body = (string)answer["body"]!;
        Assert.Equal(Money.Cny(36800), (await Door.VerifiedAsync(body, dialect)).Amount);

        var altered = body.Replace("total_fee=368.00", "total_fee=368.01", StringComparison.Ordinal);
        Assert.NotEqual(body, altered);
        await Door.RefusedAsync(altered, dialect);
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task The_other_side_accepts_the_form_that_a_browser_sends_and_the_address(Dialect dialect)
    {
        var request = Some.Start() with { Subject = Hostile };
        var form = Assert.IsType<PaymentAction.Form>(await ActionAsync(Some.Settings(dialect), request));
        var posted = await ReceiveAsync(form.Url, form.Fields, dialect);
        Assert.True((bool)posted["accepted"]!);
        Assert.Equal(Hostile, (string)posted["received"]!["subject"]!);

        var redirect = Assert.IsType<PaymentAction.Redirect>(await ActionAsync(Some.Settings(dialect, ("Redirect", "true")), request));
        var followed = await ReceiveAsync(redirect.Url, [], dialect);
        Assert.True((bool)followed["accepted"]!);
        Assert.Equal(Sorted(posted["received"]!), Sorted(followed["received"]!));

        // The other side can say no, too.
        var altered = form.Fields.Select(f => f.Key == "total_fee" ? new(f.Key, "0.01") : f);
        Assert.False((bool)(await ReceiveAsync(form.Url, altered, dialect))["accepted"]!);
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task The_other_side_accepts_a_query_and_its_answer_is_believed(Dialect dialect)
    {
        var fields = TradeAnswer.Fields(("subject", Hostile), ("body", ""));
        var answer = await AskAsync(new
        {
            ask = "trade",
            fields,
            charset = dialect.Charset,
            type = dialect.SignType,
            md5Key = Keys.Md5,
            privateKey = Keys.Alipay.ExportPkcs8PrivateKeyPem(),
        });
        var gateway = StubGateway.Saying(Convert.FromBase64String((string)answer["xml"]!));
        var known = Assert.IsType<QueryAnswer.Known>(await Some.Provider(Some.Settings(dialect), gateway).QueryAsync(Some.Reference(), TestContext.Current.CancellationToken));
        Assert.Equal(ReportedState.Paid, known.Report.State);

        var call = Assert.Single(gateway.Calls);
        var received = await ReceiveAsync(new Uri($"{call.Url}&{call.Body}"), [], dialect);
        Assert.True((bool)received["accepted"]!);
    }

    [Fact]
    public async Task Every_gbk_character_that_is_sent_means_the_same_to_a_browser()
    {
        // Clean leaves out what must not be sent; what it keeps, a browser must read and write as the plugin has signed it.
        var characters = Enumerable.Range(0x80, char.MaxValue - 0x80)
            .Where(c => Rune.IsValid(c) && SubjectText.Clean(((char)c).ToString(), Charset.Gbk, "") == ((char)c).ToString())
            .Select(c => (char)c)
            .ToArray();
        Assert.True(characters.Length > 21_000, $"{characters.Length}");
        var bytes = Charset.Gbk.Encoding.GetBytes(characters);
        var answer = await AskAsync(new { ask = "alphabet", bytes = Convert.ToBase64String(bytes) });
        Assert.Equal(new string(characters), (string)answer["text"]!);
        Assert.Equal(bytes, Convert.FromBase64String((string)answer["again"]!));
    }

    private static IEnumerable<string> Sorted(JsonNode received) =>
        received.AsObject().Select(p => $"{p.Key}={p.Value}").Order(StringComparer.Ordinal);

    private static async Task<PaymentAction> ActionAsync(Dictionary<string, string?> settings, StartRequest request) =>
        Assert.IsType<StartAnswer.Started>(await Some.Provider(settings).StartAsync(request, TestContext.Current.CancellationToken)).Action;

    private static Task<JsonNode> ReceiveAsync(Uri address, IEnumerable<KeyValuePair<string, string>> fields, Dialect dialect) => AskAsync(new
    {
        ask = "request",
        query = address.Query.TrimStart('?'),
        fields = fields.ToDictionary(),
        charset = dialect.Charset,
        type = dialect.SignType,
        md5Key = Keys.Md5,
        publicKey = Keys.Shop.ExportSubjectPublicKeyInfoPem(),
    });

    private static Task<JsonNode> AskAsync(object question) =>
        IndependentParty.AskAsync(Script, question, TestContext.Current.CancellationToken);
}
