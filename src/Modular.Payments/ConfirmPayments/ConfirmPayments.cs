using System.Diagnostics.CodeAnalysis;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>
/// Asks the providers about every open payment that is due, and settles what they say: the path that works when
/// notifications are lost, browsers are closed and processes die. Any number of nodes may run it; each claims its own
/// payments. Returns how many were asked.
/// </summary>
public static partial class ConfirmPayments
{
    public sealed record Command : IRequest<int>;

    internal sealed partial class Handler(
        ModularDbContext db, IServiceScopeFactory scopes, ProviderInquiry inquiry, PaymentsOptions options, TimeProvider time, ILogger<Handler> log)
        : IRequestHandler<Command, int>
    {
        // Together they bound how long a batch takes when a provider answers nothing: less than the lease.
        internal const int BatchSize = 50;
        private const int Parallelism = 16;

        internal static readonly Claim Due = new("payments_payments", "next_check_at", BatchSize, "last_checked_at = @now, check_count = check_count + 1");

        // A claimed payment comes up again after this time when the process that claimed it died.
        private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

        public async Task<int> Handle(Command command, CancellationToken cancellationToken)
        {
            var total = 0;
            while (true)
            {
                var due = await ClaimAsync(cancellationToken);
                await Parallel.ForEachAsync(
                    due, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
                    async (payment, ct) => await TryCheckAsync(payment, ct));
                total += due.Count;
                if (due.Count < BatchSize)
                {
                    return total;
                }
            }
        }

        private async Task<List<Payment>> ClaimAsync(CancellationToken cancellationToken)
        {
            var ids = await Due.TakeAsync<long>(db, time.UtcNow(), Lease, cancellationToken);
            return ids.Count == 0
                ? []
                : await db.Set<Payment>().AsNoTracking().Where(payment => ids.Contains(payment.Id)).ToListAsync(cancellationToken);
        }

        [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "One payment's failure must not keep the others from being asked; it comes up again.")]
        private async Task TryCheckAsync(Payment payment, CancellationToken cancellationToken)
        {
            try
            {
                await CheckAsync(payment, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogFailed(e, payment.PaymentNo);
            }
        }

        private async Task CheckAsync(Payment payment, CancellationToken cancellationToken)
        {
            await using var scope = scopes.CreateAsyncScope();
            var (isKnown, detail) = await InquireAsync(scope.ServiceProvider, payment, cancellationToken);
            LogChecked(payment.PaymentNo, payment.Provider, detail);

            var now = time.UtcNow();
            var next = now + options.WaitAfter(payment.CheckCount);
            DateTimeOffset? unknownSince = isKnown ? null : payment.UnknownSince ?? now;
            var answer = StoredText.Cut(detail, 256);
            var scopedDb = scope.ServiceProvider.GetRequiredService<ModularDbContext>();
            await scopedDb.Set<Payment>().Where(p => p.Id == payment.Id).ExecuteUpdateAsync(
                set => set.SetProperty(p => p.LastAnswer, answer).SetProperty(p => p.UnknownSince, unknownSince).SetProperty(
                    p => p.NextCheckAt,
                    // Whatever the settlement of this check decided stands; only a payment that is still open has a next check.
                    p => p.Status == PaymentStatus.Pending || p.Status == PaymentStatus.Superseded ? next
                        : p.Status == PaymentStatus.Closed && payment.Status != PaymentStatus.Closed ? p.NextCheckAt : null),
                cancellationToken);
        }

        private async Task<(bool IsKnown, string Detail)> InquireAsync(IServiceProvider services, Payment payment, CancellationToken cancellationToken)
        {
            // Past its expiry, or once another took its place, an unpaid payment is closed at its provider as soon as that may be: the
            // watching comes to an end, and nobody can pay twice.
            if (payment.Status == PaymentStatus.Superseded
                || (payment.Status != PaymentStatus.Closed && time.UtcNow() > payment.ExpiresAt + options.ExpiryGrace))
            {
                var (end, detail) = await services.GetRequiredService<AttemptEnder>().EndAsync(payment, cancellationToken);
                return (end != AttemptEnd.Unknown, detail);
            }

            var asked = await inquiry.AskAsync(payment, ReportSource.Poll, options.CallBudget + options.NotifyBudget, cancellationToken);
            return (asked.Result != InquiryResult.Unknown, asked.Detail);
        }

        [LoggerMessage(Level = LogLevel.Information, Message = "Payment {PaymentNo} checked at {Provider}: {Detail}")]
        private partial void LogChecked(string paymentNo, string provider, string detail);

        [LoggerMessage(Level = LogLevel.Error, Message = "Payment {PaymentNo} could not be checked")]
        private partial void LogFailed(Exception exception, string paymentNo);
    }
}
