using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>The row of a payment as the lock of everything that moves its money.</summary>
internal static class PaymentRow
{
    /// <summary>
    /// Waits for the payment's row and holds it until the transaction ends. It is taken before the rows of its refunds, by
    /// everybody, so that two who hold one row each never wait for each other.
    /// </summary>
    public static Task LockAsync(ModularDbContext db, string paymentNo, CancellationToken cancellationToken) => db.ExecuteSqlAsync(
        $"SELECT id FROM payments_payments WHERE payment_no = @no {db.Dialect.ForUpdate}", [("no", paymentNo)], cancellationToken);
}
