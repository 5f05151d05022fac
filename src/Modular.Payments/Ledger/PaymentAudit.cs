using Modular.Kernel.Audit;

namespace Modular.Payments.Ledger;

/// <summary>What the rows of payments, refunds and the ledger promise.</summary>
internal static class PaymentAudit
{
    public static IReadOnlyList<AuditRule> Rules { get; } =
    [
        new(
            "received_is_booked",
            "What a payment received stands in the ledger, once and with the same sum.",
            """
            SELECT p.payment_no FROM payments_payments p
            LEFT JOIN payments_ledger l ON l.provider = p.provider AND l.reference = p.payment_no AND l.kind IN ('payment', 'held')
            WHERE p.received_minor IS NOT NULL AND (l.id IS NULL OR l.amount_minor <> p.received_minor)
            """),
        new(
            "booked_is_received",
            "Every payment in the ledger is one that received its sum.",
            """
            SELECT l.reference FROM payments_ledger l
            LEFT JOIN payments_payments p ON p.payment_no = l.reference AND p.provider = l.provider
            WHERE l.kind IN ('payment', 'held') AND l.currency = COALESCE(p.currency, l.currency) AND (p.id IS NULL OR COALESCE(p.received_minor, -1) <> l.amount_minor)
            """),
        new(
            "refund_is_booked",
            "Every refund that is done stands in the ledger, once and with the same sum.",
            """
            SELECT r.refund_no FROM payments_refunds r
            LEFT JOIN payments_ledger l ON l.provider = r.provider AND l.reference = r.refund_no AND l.kind IN ('refund', 'held_refund')
            WHERE r.status = 'succeeded' AND (l.id IS NULL OR l.amount_minor <> r.amount_minor)
            """),
        new(
            "booked_refund_is_done",
            "Every refund in the ledger is done.",
            """
            SELECT l.reference FROM payments_ledger l
            LEFT JOIN payments_refunds r ON r.refund_no = l.reference AND r.provider = l.provider
            WHERE l.kind IN ('refund', 'held_refund') AND (r.id IS NULL OR r.status <> 'succeeded')
            """),
        new(
            "refunds_add_up",
            "What a payment says was given back, and what it reserves, are the sums of its refunds.",
            """
            SELECT p.payment_no FROM payments_payments p
            WHERE (p.refunded_minor <> 0 OR p.refund_reserved_minor <> 0 OR EXISTS (SELECT 1 FROM payments_refunds e WHERE e.payment_no = p.payment_no))
              AND (p.refunded_minor <> (SELECT COALESCE(SUM(r.amount_minor), 0) FROM payments_refunds r WHERE r.payment_no = p.payment_no AND r.status = 'succeeded')
                OR p.refund_reserved_minor <> (SELECT COALESCE(SUM(r.amount_minor), 0) FROM payments_refunds r
                                               WHERE r.payment_no = p.payment_no AND r.status IN ('processing', 'awaiting_approval')))
            """),
        new(
            "refund_cap",
            "Nothing gives back more than came.",
            "SELECT payment_no FROM payments_payments WHERE refunded_minor + refund_reserved_minor > COALESCE(received_minor, 0)"),
        new(
            "one_keeper",
            "An order keeps the money of one payment at most.",
            "SELECT order_no FROM payments_payments WHERE is_kept GROUP BY order_no HAVING COUNT(*) > 1"),
        new(
            "second_payment_goes_back",
            "Money that is not the order's, because it came second or late, has a refund that did not fail, or a person was told.",
            """
            SELECT p.payment_no FROM payments_payments p
            WHERE p.status = 'held' AND p.status_reason IN ('paid_twice', 'paid_late') AND NOT EXISTS (SELECT 1 FROM payments_refunds r WHERE r.payment_no = p.payment_no AND (r.status <> 'failed' OR r.needs_attention))
            """),
        new(
            "kept_is_exact",
            "Money that an order keeps is the sum that was asked for, unless an operator accepted another.",
            """
            SELECT payment_no FROM payments_payments
            WHERE is_kept AND received_minor <> amount_minor AND COALESCE(status_reason, '') <> 'accepted'
            """),
        new(
            "state_fits_money",
            "A payment's state says what its sums say.",
            """
            SELECT payment_no FROM payments_payments
            WHERE (status IN ('pending', 'superseded') AND received_minor IS NOT NULL)
               OR (status = 'closed' AND received_minor IS NOT NULL AND (COALESCE(status_reason, '') <> 'given_back' OR is_kept OR refunded_minor <> 0 OR refund_reserved_minor <> 0))
               OR (status = 'succeeded' AND (NOT is_kept OR refunded_minor <> 0))
               OR (status = 'partially_refunded' AND (NOT is_kept OR refunded_minor = 0 OR refunded_minor >= received_minor))
               OR (status = 'refunded' AND (received_minor IS NULL OR refunded_minor <> received_minor))
            """),
        new(
            "open_is_watched",
            "Every payment that can still be paid, and every refund under way, has a next check.",
            """
            SELECT payment_no FROM payments_payments WHERE status IN ('pending', 'superseded') AND next_check_at IS NULL
            UNION ALL
            SELECT refund_no FROM payments_refunds WHERE status = 'processing' AND next_check_at IS NULL
            """),
        new(
            "overdue_is_shown",
            "A refund that has been under way for longer than refunds take is in front of a person.",
            "SELECT refund_no FROM payments_refunds WHERE status = 'processing' AND NOT needs_attention AND COALESCE(sent_at, created_at) < @now",
            RefundOptions.MaxProcessing + RefundOptions.LongestWait + TimeSpan.FromHours(1)),
        new(
            "checks_are_made",
            "No check of a payment or refund, and no comparison of a day, has been due for a day.",
            """
            SELECT payment_no FROM payments_payments WHERE next_check_at < @now
            UNION ALL
            SELECT refund_no FROM payments_refunds WHERE next_check_at < @now
            UNION ALL
            SELECT provider || '/' || day FROM payments_reconciliations WHERE next_try_at < @now
            """,
            TimeSpan.FromDays(1)),
        new(
            "accepted_is_booked",
            "Held money that an operator accepted has left suspense for sales, with its whole sum.",
            """
            SELECT p.payment_no FROM payments_payments p
            LEFT JOIN payments_ledger l ON l.provider = p.provider AND l.kind = 'accepted' AND l.reference = p.payment_no
            WHERE p.is_kept AND p.status_reason = 'accepted' AND (l.id IS NULL OR l.amount_minor <> p.received_minor)
            """),
        new(
            "suspense_is_held",
            "Of a payment, suspense holds what is held and has not gone back, and nothing once that is decided.",
            """
            SELECT COALESCE(s.payment_no, '?') FROM (
                SELECT payment_no, SUM(CASE WHEN credit = 'suspense' THEN amount_minor ELSE -amount_minor END) AS balance
                FROM payments_ledger WHERE (debit = 'suspense' OR credit = 'suspense') AND kind NOT IN ('foreign', 'foreign_returned') GROUP BY payment_no) AS s
            LEFT JOIN payments_payments p ON p.payment_no = s.payment_no
            WHERE p.id IS NULL OR s.balance <> CASE WHEN p.status <> 'held' THEN 0 ELSE COALESCE(p.received_minor - p.refunded_minor, s.balance) END
            UNION ALL
            SELECT p.payment_no FROM payments_payments p
            WHERE p.status = 'held' AND p.received_minor IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM payments_ledger l WHERE l.payment_no = p.payment_no AND l.credit = 'suspense')
            """),
        new(
            "returned_was_held",
            "What an operator gave back at the provider had been held, with the same sum.",
            """
            SELECT r.reference FROM payments_ledger r
            LEFT JOIN payments_ledger h ON h.provider = r.provider AND h.reference = r.reference AND h.kind = CASE r.kind WHEN 'held_returned' THEN 'held' ELSE 'foreign' END
            WHERE r.kind IN ('held_returned', 'foreign_returned') AND (h.id IS NULL OR h.amount_minor <> r.amount_minor OR h.currency <> r.currency)
            """),
        new(
            "message_has_payment",
            "Every notification that was accepted in the last week and names a payment is about one that exists.",
            """
            SELECT m.payment_no FROM payments_inbox m LEFT JOIN payments_payments p ON p.payment_no = m.payment_no AND p.provider = m.instance
            WHERE m.verdict = 'accepted' AND m.received_at >= @now AND m.kind = 'notify' AND m.payment_no IS NOT NULL AND p.id IS NULL
            """,
            TimeSpan.FromDays(7)),
    ];
}
