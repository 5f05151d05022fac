using Modular.Kernel;
using Modular.Kernel.Messages;
using Modular.Payments.Abstractions;

namespace Modular.Ordering;

/// <summary>An order as the JSON API and the pages show it. Amounts are minor units, times UTC.</summary>
public sealed record OrderView(
    string OrderNo,
    string Status,
    AmountView Amount,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<LineView> Lines,
    IReadOnlyList<PaymentSummary> Payments,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PaidAt)
{
    internal static OrderView Of(Order order, IEnumerable<PaymentView> payments) => new(
        order.OrderNo,
        order.Status.ToText(),
        AmountView.Of(order.Amount),
        order.ExpiresAt,
        [.. order.Lines.OrderBy(line => line.Id).Select(line => new LineView(line.Sku, line.NameZh, line.NameEn, line.Quantity, AmountView.Of(new Money(line.UnitPriceMinor, order.Currency))))],
        [.. payments.Select(p => new PaymentSummary(p.PaymentNo, p.Provider, p.Scene, p.Status, AmountView.Of(p.Amount), p.Reason, p.CreatedAt, p.PaidAt))],
        order.CreatedAt,
        order.PaidAt);
}

/// <summary>An amount in minor units (fen for CNY).</summary>
public sealed record AmountView(long Value, string Currency)
{
    public static AmountView Of(Money money) => new(money.Minor, money.Currency);

    public Money ToMoney() => new(Value, Currency);
}

/// <summary>One line; <paramref name="UnitPrice"/> is the price when the order was placed.</summary>
public sealed record LineView(string Sku, string NameZh, string NameEn, int Quantity, AmountView UnitPrice);

/// <summary>One payment of the order.</summary>
public sealed record PaymentSummary(string PaymentNo, string Provider, string Scene, string Status, AmountView Amount, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? PaidAt);
