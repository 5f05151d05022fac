using MediatR;
using Modular.Kernel.Audit;
using Modular.Web.Hosting;

namespace Modular.Web.Audit;

/// <summary>The promises that join the modules' rows, which no module can see alone.</summary>
internal static class ShopAudit
{
    private static readonly AuditRule[] Rules =
    [
        new(
            "paid_order_has_money",
            "An order that is paid, or was given back, names the payment whose money it keeps.",
            """
            SELECT o.order_no FROM ordering_orders o
            LEFT JOIN payments_payments p ON p.payment_no = o.payment_no AND p.order_no = o.order_no AND p.is_kept
            WHERE o.status IN ('paid', 'refunded', 'partially_refunded') AND p.id IS NULL
            """),
        new(
            "money_has_paid_order",
            "A payment whose money is kept has made its order paid.",
            """
            SELECT p.payment_no FROM payments_payments p
            LEFT JOIN ordering_orders o ON o.order_no = p.order_no AND o.payment_no = p.payment_no
            WHERE p.is_kept AND (o.id IS NULL OR o.status <> CASE p.status WHEN 'succeeded' THEN 'paid' ELSE p.status END)
            """),
        new(
            "fulfilled_is_paid",
            "Nothing is fulfilled that was not paid.",
            "SELECT order_no FROM ordering_orders WHERE fulfilled_at IS NOT NULL AND paid_at IS NULL"),
        new(
            "paid_is_fulfilled",
            "An order whose money came a day ago and has not gone back is fulfilled.",
            """
            SELECT o.order_no FROM ordering_orders o
            WHERE o.status IN ('paid', 'partially_refunded') AND o.fulfilled_at IS NULL
              AND EXISTS (SELECT 1 FROM payments_ledger l WHERE l.payment_no = o.payment_no AND l.kind IN ('payment', 'accepted') AND l.booked_at < @now)
            """,
            TimeSpan.FromDays(1)),
        new(
            "orders_are_closed",
            "No order has been due to be closed for a day.",
            "SELECT order_no FROM ordering_orders WHERE close_due_at < @now",
            TimeSpan.FromDays(1)),
        new(
            "events_are_on_time",
            "No event has been due for a day.",
            "SELECT CAST(id AS varchar(20)) FROM kernel_outbox WHERE due_at < @now",
            TimeSpan.FromDays(1)),
        new(
            "events_are_delivered",
            "No event has been given up.",
            "SELECT CAST(id AS varchar(20)) FROM kernel_outbox WHERE due_at IS NULL AND delivered_at IS NULL"),
    ];

    public static void AddShopAudit(this IServiceCollection services)
    {
        foreach (var rule in Rules)
        {
            services.AddSingleton(rule);
        }
    }
}

/// <summary><c>audit</c>: checks every promise of the stored rows once and prints what is broken. Exit code 1 when something is.</summary>
internal static class AuditCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        await using var shop = Shop.Create(args);
        await using var scope = shop.Services.CreateAsyncScope();
        var findings = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new RunAudit());
        foreach (var (rule, broken) in findings)
        {
            Console.WriteLine(broken.Count == 0 ? $"kept    {rule.Name}" : $"BROKEN  {rule.Name}: {rule.Sentence} First of them: {string.Join(", ", broken)}");
        }

        return findings.Any(finding => finding.Broken.Count > 0) ? 1 : 0;
    }
}
