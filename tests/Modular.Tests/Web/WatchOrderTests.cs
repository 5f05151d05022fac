using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Web;

/// <summary>The order's page learns of the payment by itself.</summary>
public sealed class WatchOrderTests(Shops shops)
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task The_stream_tells_the_status_at_once_and_paid_when_it_settles_and_then_ends(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();

        var seen = await ReadAsync(shop, orderNo, whenPending: () => shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))));

        Assert.Equal(["pending", "paid"], seen);
        Assert.Equal(["paid"], await ReadAsync(shop, orderNo, whenPending: () => Task.CompletedTask));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_page_that_another_node_serves_learns_of_it_too(string store)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = store });
        await using var second = await TestShop.StartAsync(new TestShopOptions { Store = store, Beside = shop });
        var (orderNo, paymentNo) = await shop.StartedAsync();

        var seen = await ReadAsync(second, orderNo, whenPending: () => shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))));

        Assert.Equal(["pending", "paid"], seen);
    }

    [Fact]
    public async Task Money_that_is_held_is_told_to_the_waiting_page()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.02")));

        await foreach (var status in shop.WatchAsync(orderNo))
        {
            Assert.Equal("held", status);
            break;
        }
    }

    private static async Task<List<string>> ReadAsync(TestShop shop, string orderNo, Func<Task> whenPending)
    {
        var seen = new List<string>();
        await foreach (var status in shop.WatchAsync(orderNo))
        {
            seen.Add(status);
            if (status == "pending")
            {
                await whenPending();
            }
        }

        return seen;
    }
}
