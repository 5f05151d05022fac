using System.Text;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using Modular.Tests.WeChat;

namespace Modular.Tests.Payments;

/// <summary>Operators read what the sender wrote, whatever charset it was written in.</summary>
public sealed class MessageContentTests(OwnShops shops) : IClassFixture<OwnShops>
{
    private const string Subject = "预订庭院客房订单 50%+1";
    private const string Form = "application/x-www-form-urlencoded";

    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding("gbk")!;

    [Theory]
    [InlineData("gbk", "charset=gbk", Form)]
    [InlineData("gbk", "charset=gbk", Form + "; charset=utf-8")]
    [InlineData("gbk", "_input_charset=gbk", Form)]
    [InlineData("gbk", "input_charset=GBK", Form)]
    [InlineData("gbk", "a=1", Form + "; charset=GBK")]
    [InlineData("gbk", "a=1", Form)]
    [InlineData("utf-8", "charset=utf-8", Form + ";charset=gbk")]
    [InlineData("utf-8", "charset=gbk%00", Form)]
    [InlineData("utf-8", "a=1", Form)]
    [InlineData("gbk", "charset=utf-8", Form)]
    public void A_form_is_read_in_the_charset_that_it_declares_or_else_in_the_one_that_fits(string encoding, string declared, string contentType)
    {
        var body = $"{declared}&subject={AlipayParty.Form([new("", Subject)], encoding == "gbk" ? Gbk : Encoding.UTF8)[1..]}";
        var content = MessageContent.Of(new RawRequest("POST", "", [new("Content-Type", contentType)], Encoding.ASCII.GetBytes(body)), true);
        Assert.Equal(Subject, content.Fields.Single(field => field.Key == "subject").Value);

        var returned = MessageContent.Of(new RawRequest("GET", body, [], default), true);
        Assert.Equal(Subject, returned.Fields.Single(field => field.Key == "subject").Value);
    }

    [Fact]
    public void What_cannot_be_decoded_is_shown_as_it_came()
    {
        Assert.Equal([new("a", "%zz%4"), new("b", ""), new("c", "\uFFFD")], Fields("a=%zz%4&b&&c=%81"));
        Assert.Equal([new("charset", "latin1"), new("b", "é")], Fields("charset=latin1&b=%c3%a9"));
        Assert.Empty(Fields("&&"));
        Assert.Equal("\n", MessageContent.Of(new RawRequest("POST", "", [], "\n"u8.ToArray()), true).Text);
        Assert.Equal(Subject, MessageContent.Of(new RawRequest("POST", "", [new("Content-Type", "text/plain; charset=\"gbk\"")], Gbk.GetBytes(Subject)), true).Text);

        static IReadOnlyList<KeyValuePair<string, string>> Fields(string body) =>
            MessageContent.Of(new RawRequest("POST", "", [new("Content-Type", Form)], Encoding.ASCII.GetBytes(body)), true).Fields;
    }

    [Fact]
    public async Task A_message_in_gbk_is_legible_in_the_inbox()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var (_, paymentNo) = await shop.StartedAsync();
        var fields = AlipayParty.PaidFields(paymentNo, "0.01");
        fields["charset"] = "gbk";
        fields["subject"] = Subject;
        var form = shop.Alipay.Sign(fields, encoding: Gbk);
        Assert.Equal((200, "success"), await shop.NotifyAsync(form));

        using var desk = await Desk.OfAsync(shop);
        var page = System.Net.WebUtility.HtmlDecode(await desk.PageAsync($"/ops/inbox/{(await shop.InboxRowAsync(form))!.Id}"));
        Assert.Contains($"<dd>{Subject}</dd>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_an_encrypted_message_the_sum_and_the_time_are_shown_and_who_paid_is_not()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var (_, paymentNo, _) = await shop.WeChatPaymentAsync(WeChatSteps.V3);
        var transaction = WeChatParty.NewTransactionId();
        var message = shop.Paid(WeChatSteps.V3, paymentNo, transactionId: transaction);
        Assert.True(WeChatSteps.IsAcknowledged(WeChatSteps.V3, await shop.NotifyAsync(message, WeChatSteps.V3)));

        var row = (await shop.InboxRowAsync(message.Body, WeChatSteps.V3))!;
        var opened = (await shop.SendAsync(new ShowMessage.Query(row.Id)))!;
        Assert.Equal((Money.Cny(1), (await shop.PaymentRowAsync(paymentNo)).PaidAt), (opened.Received, opened.PaidAt));
        using var desk = await Desk.OfAsync(shop);
        var page = System.Net.WebUtility.HtmlDecode(await desk.PageAsync($"/ops/inbox/{row.Id}"));
        Assert.Matches("id=\"received\">\\s*¥0\\.01 ", page);
        Assert.Contains(transaction, page, StringComparison.Ordinal);
        Assert.DoesNotContain(WeChatSteps.OpenId, page, StringComparison.Ordinal);
        Assert.DoesNotContain("not verified", page, StringComparison.Ordinal);
    }
}
