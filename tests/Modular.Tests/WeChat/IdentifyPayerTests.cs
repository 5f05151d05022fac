using System.Net;
using System.Text.RegularExpressions;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using static Modular.Tests.WeChat.WeChatSteps;

namespace Modular.Tests.WeChat;

/// <summary>Inside WeChat the shop learns who pays: bound to the browser, each code once, and every failure with a way on.</summary>
public sealed partial class IdentifyPayerTests(OwnShops shops) : IClassFixture<OwnShops>
{
    private const string WeChatAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.60(0x18003c2f)";

    [Theory]
    [MemberData(nameof(InstancesOnStores), MemberType = typeof(WeChatSteps))]
    public async Task The_way_to_WeChat_and_back_starts_the_payment_and_is_not_gone_twice(string instance, string store)
    {
        var shop = await shops.OnAsync(store);
        var orderNo = await shop.PlaceOrderAsync();
        using var shopper = Browser();
        var callback = await GoToWeChatAsync(shop, shopper, orderNo, instance);

        var paying = await LocationAsync(shopper, callback);

        Assert.Matches("^/pay/[0-9A-Z]{26}$", paying);
        var payment = Assert.Single((await shop.OrderAsync(orderNo))["payments"]!.AsArray())!;
        Assert.Equal((instance, "wechat", "pending"), (payment["provider"]!.GetValue<string>(), payment["scene"]!.GetValue<string>(), payment["status"]!.GetValue<string>()));

        // A step back brings the same code again: the visit is over, and the code is not even asked about.
        Assert.Equal($"/checkout/{orderNo}?problem=payer-again", await LocationAsync(shopper, callback));
        Assert.Single((await shop.OrderAsync(orderNo))["payments"]!.AsArray());
    }

    [Fact]
    public async Task Somebody_elses_code_is_not_taken_for_ones_own()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var orderNo = await shop.PlaceOrderAsync();
        using var first = Browser();
        using var second = Browser();
        var callback = await GoToWeChatAsync(shop, first, orderNo, V3);
        using var opened = await second.GetAsync(new Uri(shop.Address, $"/checkout/{orderNo}?key={Uri.EscapeDataString(shop.KeyFor(orderNo))}"), TestContext.Current.CancellationToken);

        Assert.Equal($"/checkout/{orderNo}?problem=payer-again", await LocationAsync(second, callback));
        Assert.Empty((await shop.OrderAsync(orderNo))["payments"]!.AsArray());

        // The first browser's own visit is still good.
        Assert.StartsWith("/pay/", await LocationAsync(first, callback), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_orders_key_nobody_is_sent_anywhere()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var orderNo = await shop.PlaceOrderAsync();
        using var stranger = Browser();
        foreach (var path in new[] { $"/checkout/{orderNo}/payer/wechatpay?method=wechatpay/wechat", $"/checkout/{orderNo}/payer/wechatpay?code=1&state=2" })
        {
            using var response = await stranger.GetAsync(new Uri(shop.Address, path), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Theory]
    [InlineData(40029, "payer-again")]
    [InlineData(40163, "payer-again")]
    [InlineData(-1, "payer-unknown")]
    public async Task What_WeChat_says_against_a_code_is_explained_and_the_next_try_works(int errcode, string problem)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        foreach (var instance in new[] { V3, V2 })
        {
            var orderNo = await shop.PlaceOrderAsync();
            using var shopper = Browser();
            await shop.FaultsAsync(new { oauth = new { errcode, times = 1 } });
            var callback = await GoToWeChatAsync(shop, shopper, orderNo, instance);

            Assert.Equal($"/checkout/{orderNo}?problem={problem}", await LocationAsync(shopper, callback));
            var checkout = await shopper.GetStringAsync(new Uri(shop.Address, $"/checkout/{orderNo}?problem={problem}"), TestContext.Current.CancellationToken);
            Assert.Contains("id=\"notice\"", checkout, StringComparison.Ordinal);
            Assert.Empty((await shop.OrderAsync(orderNo))["payments"]!.AsArray());
            Assert.DoesNotContain(shop.Log.Lines, line => line.Contains(WeChatParty.AppSecret, StringComparison.Ordinal));

            await shop.FaultsAsync(new { });
            Assert.StartsWith("/pay/", await LocationAsync(shopper, await GoToWeChatAsync(shop, shopper, orderNo, instance)), StringComparison.Ordinal);
        }
    }

    private static HttpClient Browser()
    {
        var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });
        browser.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", WeChatAgent);
        return browser;
    }

    /// <summary>From the checkout to WeChat, which sends the browser back: the address to which it does.</summary>
    private static async Task<Uri> GoToWeChatAsync(TestShop shop, HttpClient browser, string orderNo, string instance)
    {
        var page = await browser.GetStringAsync(new Uri(
            shop.Address, $"/checkout/{orderNo}/payer/{instance}?method={instance}/wechat&key={Uri.EscapeDataString(shop.KeyFor(orderNo))}"));
        using var response = await browser.GetAsync(new Uri(WebUtility.HtmlDecode(Link().Match(page).Groups[1].Value)));
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        var callback = response.Headers.Location!;
        Assert.StartsWith($"{shop.Address}checkout/{orderNo}/payer/{instance}?", callback.AbsoluteUri, StringComparison.Ordinal);
        return callback;
    }

    private static async Task<string?> LocationAsync(HttpClient browser, Uri address)
    {
        using var response = await browser.GetAsync(address);
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        return response.Headers.Location!.OriginalString;
    }

    [GeneratedRegex("id=\"payer-link\" href=\"([^\"]+)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Link();
}
