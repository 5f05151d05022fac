namespace Modular.Ordering;

/// <summary>What an order's page says above all else.</summary>
internal enum OrderStage
{
    /// <summary>Nobody has begun to pay.</summary>
    Open,

    /// <summary>An attempt is open: money may have moved already, so nothing here may say that it has not.</summary>
    Confirming,

    /// <summary>Its time is over and it is about to close.</summary>
    Expiring,
    Paid,
    Refunded,
    Closed,

    /// <summary>Money came that a person must look at.</summary>
    Held,
}

internal static class OrderStages
{
    public static OrderStage Of(OrderView order, DateTimeOffset now) => order.Status switch
    {
        "paid" or "partially_refunded" => OrderStage.Paid,
        "refunded" => OrderStage.Refunded,
        _ when order.Payments.Any(IsHeld) => OrderStage.Held,
        "closed" => OrderStage.Closed,
        _ when order.Payments.Any(IsOpen) => OrderStage.Confirming,
        _ => now < order.ExpiresAt ? OrderStage.Open : OrderStage.Expiring,
    };

    public static bool IsHeld(PaymentSummary payment) => payment.Status == "held";

    public static bool IsOpen(PaymentSummary payment) => payment.Status == "pending";
}
