using System.Text.Json.Nodes;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>A refund that the shop makes by itself, in the commit that finds the money.</summary>
internal sealed record AutomaticRefund(string RefundNo, LoadedPayment Payment, long AmountMinor, string Why)
{
    /// <summary>What the shopper reads at the provider.</summary>
    public string Reason => Why == Decision.PaidTwice ? "重复付款退回 Paid twice" : "订单已关闭退回 Order closed";

    public static AutomaticRefund Of(Change change, TimeProvider time) =>
        new(Numbers.Next(time), change.Before, change.ReceivedMinor!.Value, change.Reason!);
}

/// <summary>The refunds' statements in a settlement.</summary>
internal static class RefundSql
{
    /// <summary>Adds refunds that are to be sent at once to a batch, with one statement; the payments' rows reserve their sums.</summary>
    public static void AddRefunds(this WriteBatch writes, SqlDialect dialect, IReadOnlyList<AutomaticRefund> refunds, DateTimeOffset now)
    {
        if (refunds.Count == 0)
        {
            return;
        }

        var rows = new JsonObject();
        foreach (var refund in refunds)
        {
            rows.Add(refund.RefundNo, new JsonObject
            {
                ["payment_no"] = refund.Payment.PaymentNo,
                ["order_no"] = refund.Payment.OrderNo,
                ["provider"] = refund.Payment.Provider,
                ["amount"] = refund.AmountMinor,
                ["currency"] = refund.Payment.Standing.Amount.Currency,
                ["reason"] = refund.Reason,
                ["at"] = dialect.Time(now),
            });
        }

        writes.Add(
            $"""
            INSERT INTO payments_refunds (refund_no, payment_no, order_no, provider, amount_minor, currency, reason, origin, status,
                                          needs_attention, created_at, next_check_at, check_count, version)
            SELECT e.key, e.value->>'payment_no', e.value->>'order_no', e.value->>'provider', CAST(e.value->>'amount' AS bigint),
                   e.value->>'currency', e.value->>'reason', 'automatic', 'processing', false,
                   CAST(e.value->>'at' AS {dialect.TimeType}), CAST(e.value->>'at' AS {dialect.TimeType}), 0, 0
            FROM {dialect.Each("@refunds")} AS e
            """,
            "refunds",
            rows.ToJsonString(),
            refunds.Count);
    }
}
