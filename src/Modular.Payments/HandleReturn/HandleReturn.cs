using System.Diagnostics.CodeAnalysis;
using MediatR;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>
/// Takes the shopper who comes back from the cashier. Coming back proves nothing: the provider is asked at once, for a short
/// time, and the order's page shows what is then known. A refused return changes nothing and is kept with the reason.
/// </summary>
public static partial class HandleReturn
{
    /// <param name="IsKept">It comes out of the inbox, where an operator has it processed again.</param>
    public sealed record Command(string Instance, RawRequest Request, string? SourceAddress, bool IsKept = false) : IRequest<Outcome>;

    public abstract record Outcome
    {
        private Outcome()
        {
        }

        public sealed record UnknownInstance : Outcome;

        public sealed record Unavailable : Outcome;

        /// <summary>Go to the order's page. <paramref name="Verified"/> is false when only the browser's word names the order.</summary>
        public sealed record ToOrder(string OrderNo, bool Verified) : Outcome;

        /// <summary>Nothing that can be believed names a payment.</summary>
        public sealed record Refused : Outcome;
    }

    internal sealed partial class Handler(
        ModularDbContext db, ProviderCatalogue providers, SettlementQueue settlement, InboxRecorder inbox, ProviderInquiry inquiry,
        RefusalDoctor doctor, PaymentsOptions options, TimeProvider time, ILogger<Handler> log) : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            if (providers.Find(command.Instance) is not { } provider)
            {
                return new Outcome.UnknownInstance();
            }

            // A browser is always sent on; what it sees then depends on what it may see.
            var received = new Received(
                provider.Name, "return", command.Request, command.SourceAddress, time.GetTimestamp(),
                _ => StatusCodes.Status303SeeOther, command.IsKept);
            switch (await provider.VerifyReturnAsync(command.Request, options.ReturnBudget, cancellationToken))
            {
                case Verification.Verified { Report: { } report } when ReportRules.Problem(report) is null:
                    if (!Decision.IsOurs(provider.Account, report.Account))
                    {
                        return await RefuseAsync(received, provider, "wrong_account", "The return names another account.", null, cancellationToken);
                    }

                    var message = inbox.Accepted(received) with { PaymentNoHint = report.PaymentNo };
                    await RecordAsync(new Entry(provider.Name, provider.Account, ReportSource.Return, null, message), cancellationToken);
                    return await AskAsync(await FindAsync(provider, report.PaymentNo, cancellationToken), verified: true, cancellationToken);
                case Verification.Unsigned { PaymentNo: { } paymentNo }:
                    return await TakeUnsignedAsync(received, provider, paymentNo, cancellationToken);
                case Verification.Refused refused:
                    return await RefuseAsync(received, provider, refused.Reason.ToText(), refused.Detail, refused.PaymentNoHint, cancellationToken);
                default:
                    return new Outcome.Unavailable();
            }
        }

        /// <summary>Kept only when it names a payment of ours: anybody can make one, and numbers cannot be guessed.</summary>
        private async Task<Outcome> TakeUnsignedAsync(Received received, ProviderInstance provider, string paymentNo, CancellationToken cancellationToken)
        {
            var payment = await FindAsync(provider, paymentNo, cancellationToken);
            if (payment is not null)
            {
                var message = inbox.Accepted(received) with { PaymentNoHint = paymentNo };
                await RecordAsync(new Entry(provider.Name, provider.Account, ReportSource.Return, null, message), cancellationToken);
            }

            return await AskAsync(payment, verified: false, cancellationToken);
        }

        private async Task<Outcome> AskAsync(Payment? payment, bool verified, CancellationToken cancellationToken)
        {
            if (payment is null)
            {
                return new Outcome.Refused();
            }

            if (payment.Status is PaymentStatus.Pending or PaymentStatus.Superseded or PaymentStatus.Closed)
            {
                await inquiry.AskAsync(payment, ReportSource.Return, options.ReturnBudget, cancellationToken);
            }

            return new Outcome.ToOrder(payment.OrderNo, verified);
        }

        private async Task<Outcome> RefuseAsync(
            Received received, ProviderInstance provider, string reason, string detail, string? paymentNoHint, CancellationToken cancellationToken)
        {
            if (GateProbe.IsProbe(received.Kind, received.Request))
            {
                return new Outcome.Refused();
            }

            var explanation = await doctor.ExplainAsync(provider.Name, received.Request, reason, detail);
            LogRefused(provider.Name, reason, explanation.Detail);
            if (inbox.Refused(received, reason, explanation, paymentNoHint) is { } message)
            {
                await RecordAsync(new Entry(provider.Name, provider.Account, ReportSource.Return, null, message), cancellationToken);
            }

            return paymentNoHint is not null && await FindAsync(provider, paymentNoHint, cancellationToken) is { } payment
                ? new Outcome.ToOrder(payment.OrderNo, Verified: false)
                : new Outcome.Refused();
        }

        private async Task<Payment?> FindAsync(ProviderInstance provider, string paymentNo, CancellationToken cancellationToken) =>
            await ShowPayment.FindAsync(db, paymentNo, cancellationToken) is { } payment && payment.Provider == provider.Name ? payment : null;

        [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The shopper must see their order even when the inbox cannot be written.")]
        private async Task RecordAsync(Entry entry, CancellationToken cancellationToken)
        {
            try
            {
                await settlement.SettleAsync(entry, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogNotRecorded(entry.Instance, e.GetType().Name);
            }
        }

        [LoggerMessage(Level = LogLevel.Warning, Message = "Return at {Instance} refused ({Reason}): {Detail}")]
        private partial void LogRefused(string instance, string reason, string detail);

        [LoggerMessage(Level = LogLevel.Error, Message = "Return at {Instance} could not be recorded ({Error})")]
        private partial void LogNotRecorded(string instance, string error);
    }
}
