using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Audit;
using Modular.Kernel.Outbox;
using Modular.Payments;
using Modular.Testing.Hosting;

namespace Modular.Tests.Support;

/// <summary>Looks at what the shop stored.</summary>
internal static class StoredFacts
{
    public static Task<Payment> PaymentRowAsync(this TestShop shop, string paymentNo) =>
        shop.ReadAsync(db => db.Set<Payment>().AsNoTracking().SingleAsync(payment => payment.PaymentNo == paymentNo));

    /// <summary>The inbox row of a message that was posted or returned with these bytes; null when it was not kept.</summary>
    public static Task<InboxMessage?> InboxRowAsync(this TestShop shop, string body, string instance = "alipay", string kind = "notify", string query = "") =>
        shop.InboxRowAsync(Encoding.Latin1.GetBytes(body), instance, kind, query);

    public static Task<InboxMessage?> InboxRowAsync(this TestShop shop, byte[] body, string instance = "alipay", string kind = "notify", string query = "")
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes($"{instance}\n{kind}\n{query}\n"), .. body]));
        return shop.ReadAsync(db => db.Set<InboxMessage>().AsNoTracking().SingleOrDefaultAsync(message => message.ContentHash == hash));
    }

    /// <summary>How many events of a type were queued about an order.</summary>
    public static async Task<long> EventsAsync(this TestShop shop, string type, string orderNo) => long.Parse(
        (await shop.ScalarAsync("SELECT COUNT(*) FROM kernel_outbox WHERE type = @type AND data LIKE @order", ("type", type), ("order", $"%\"{orderNo}\"%")))!,
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The payment waits and the order waits: nothing happened to either.</summary>
    public static async Task AssertUntouchedAsync(this TestShop shop, string orderNo, string paymentNo)
    {
        Assert.Equal("pending", await shop.OrderStatusAsync(orderNo));
        var payment = await shop.PaymentRowAsync(paymentNo);
        Assert.Equal(PaymentStatus.Pending, payment.Status);
        Assert.Equal(0, payment.Version);
        Assert.Null(payment.ProviderTradeNo);
        Assert.Null(payment.PaidAt);
        Assert.Equal(0, await shop.EventsAsync("order.paid", orderNo));
    }

    /// <summary>The order is paid by this payment, once.</summary>
    public static async Task AssertPaidOnceAsync(this TestShop shop, string orderNo, string paymentNo)
    {
        Assert.Equal("paid", await shop.OrderStatusAsync(orderNo));
        Assert.Equal("succeeded", await shop.PaymentStatusAsync(paymentNo));
        Assert.Equal(1, await shop.EventsAsync("order.paid", orderNo));
        Assert.Equal(paymentNo, await shop.ScalarAsync("SELECT payment_no FROM ordering_orders WHERE order_no = @no", ("no", orderNo)));
    }

    /// <summary>Every promise of the stored rows is kept, once the events that are due have been delivered.</summary>
    public static async Task AssertBooksAsync(this TestShop shop)
    {
        await shop.SendAsync(new DispatchEvents());
        Assert.Empty((await shop.SendAsync(new RunAudit())).Where(finding => finding.Broken.Count > 0).Select(finding => $"{finding.Rule.Name}: {string.Join(' ', finding.Broken)}"));
    }
}
