using Modular.Testing.Hosting;

namespace Modular.Tests.Payments;

public sealed class HandleNotifyTests(Shops shops)
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_verified_notification_makes_the_order_paid_and_is_acknowledged(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();

        var answer = await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")));

        Assert.Equal((200, "success"), answer);
        Assert.Equal("paid", await shop.OrderStatusAsync(orderNo));
        Assert.Equal("succeeded", await shop.PaymentStatusAsync(paymentNo));
    }
}
