using System.Text;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>Whatever the shop answers to a notification that it does not take, it says so in the form that the provider reads.</summary>
public sealed class GatewayAnswerTests(Shops shops)
{
    [Theory]
    [InlineData("alipay", "application/x-www-form-urlencoded", "fail")]
    [InlineData("wechatpay", "application/json", "{\"code\":\"FAIL\"")]
    [InlineData("wechatpayv2", "text/xml", "<xml><return_code><![CDATA[FAIL]]></return_code>")]
    public async Task A_body_that_is_too_large_is_refused_in_the_providers_form(string instance, string contentType, string begin)
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        var usual = await PostAsync("a=1");
        Assert.InRange(usual.Status, 400, 499);
        Assert.StartsWith(begin, usual.Text, StringComparison.Ordinal);

        var large = await PostAsync(new string('a', 65 * 1024));

        Assert.Equal((413, usual.Text, usual.ContentType), (large.Status, large.Text, large.ContentType));

        Task<Reply> PostAsync(string body) => shop.Web.SendTextAsync(HttpMethod.Post, $"/payments/{instance}/notify", Http.Bytes(Encoding.ASCII.GetBytes(body), contentType));
    }

    [Fact]
    public async Task A_body_that_is_too_large_for_nobody_is_told_so_plainly()
    {
        var shop = await shops.OnAsync(Stores.Sqlite);
        Assert.Equal((413, "body too large"), await shop.NotifyAsync(new string('a', 65 * 1024), "nobody"));
    }
}
