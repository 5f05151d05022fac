using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// Calls a committed attempt's provider and keeps what is needed to show the action again. Calling twice for one attempt is
/// safe: number and terms are the row's and never change.
/// </summary>
internal sealed class PaymentStarter(ModularDbContext db, PaymentsOptions options, TimeProvider time)
{
    public async Task<StartAnswer> StartAsync(Payment payment, ProviderInstance provider, string? payerId, CancellationToken cancellationToken)
    {
        var answer = await provider.StartAsync(Request(payment, payerId), options.CallBudget, cancellationToken);
        if (answer is StartAnswer.Started started && (payment.StartedAt is null || payment.Resume != started.Resume))
        {
            var now = time.UtcNow();
            await db.Set<Payment>().Where(p => p.Id == payment.Id).ExecuteUpdateAsync(
                set => set.SetProperty(p => p.StartedAt, p => p.StartedAt ?? now).SetProperty(p => p.Resume, started.Resume),
                cancellationToken);
        }

        return answer;
    }

    private StartRequest Request(Payment payment, string? payerId) => new()
    {
        PaymentNo = payment.PaymentNo,
        Amount = payment.Amount,
        Subject = payment.Subject,
        Scene = payment.Scene,
        NotifyUrl = Absolute($"payments/{payment.Provider}/notify"),
        ReturnUrl = Absolute($"payments/{payment.Provider}/return"),
        QuitUrl = Absolute($"orders/{payment.OrderNo}"),
        CreatedAt = payment.CreatedAt,
        ExpiresAt = payment.ExpiresAt,
        ClientIp = payment.ClientIp,
        PayerId = payerId,
        Resume = payment.Resume,
    };

    // Never from the Host header, which belongs to whoever sends the request.
    private Uri Absolute(string path) => new(options.PublicUrl!, path);
}
