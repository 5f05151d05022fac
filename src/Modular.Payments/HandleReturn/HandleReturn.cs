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
/// time, and the order's page shows what is then known. A return that is not believed changes nothing and is kept with the reason.
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

        /// <summary>Nobody can judge the return now. <paramref name="OrderNo"/> is the order of the payment that it names, when that is one of ours.</summary>
        public sealed record Unavailable(string? OrderNo = null) : Outcome;

        /// <summary>Go to the order's page. <paramref name="Verified"/> is false when only the browser's word names the order.</summary>
        public sealed record ToOrder(string OrderNo, bool Verified) : Outcome;

        /// <summary>Nothing that can be believed names a payment.</summary>
        public sealed record Refused : Outcome;
    }

    internal sealed partial class Handler(
        ModularDbContext db, ProviderCatalogue providers, SettlementQueue settlement, InboxRecorder inbox, ProviderInquiry inquiry,
        ReturnPace pace, HintedQuery hints, RefusalDoctor doctor, PaymentsOptions options, TimeProvider time, ILogger<Handler> log) : IRequestHandler<Command, Outcome>
    {
        // A shopper comes back a few times. The same return can be spelt in endless ways, each of which is a message of its own.
        private const int MaxOfPayment = 20;

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
            var verification = await provider.VerifyReturnAsync(command.Request, options.ReturnBudget, cancellationToken);
            switch (verification)
            {
                case Verification.Verified { Report: { } report } when ReportRules.Problem(report) is null:
                    if (!Decision.IsOurs(provider.Account, report.Account))
                    {
                        return await RefuseAsync(received, provider, "wrong_account", "The return names another account.", new NumberHints(null, report.ProviderTradeNo), cancellationToken);
                    }

                    await KeepAsync(received, provider, new NumberHints(report.PaymentNo, report.ProviderTradeNo), cancellationToken);
                    return await AskAsync(received, await FindAsync(provider, report.PaymentNo, cancellationToken), verified: true, cancellationToken);
                case Verification.Unsigned { PaymentNo: { } paymentNo }:
                    return await TakeUnsignedAsync(received, provider, paymentNo, cancellationToken);
                case Verification.Refused refused:
                    return await RefuseAsync(received, provider, refused.Reason.ToText(), refused.Detail, new NumberHints(refused.PaymentNoHint, refused.ProviderTradeNoHint), cancellationToken);
                default:
                    return await UnjudgedAsync(received, provider, verification as Verification.Undecided ?? new Verification.Undecided("The plugin returned nothing usable."), cancellationToken);
            }
        }

        /// <summary>Kept only when it names a payment of ours: anybody can make one, and numbers cannot be guessed.</summary>
        private async Task<Outcome> TakeUnsignedAsync(Received received, ProviderInstance provider, string paymentNo, CancellationToken cancellationToken)
        {
            var payment = await FindAsync(provider, paymentNo, cancellationToken);
            if (payment is not null)
            {
                await KeepAsync(received, provider, new NumberHints(paymentNo, null), cancellationToken);
            }

            return await AskAsync(received, payment, verified: false, cancellationToken);
        }

        /// <summary>Keeps a return within what one payment and one sender may take of the disk; beyond it the shopper is answered all the same.</summary>
        private async Task KeepAsync(Received received, ProviderInstance provider, NumberHints named, CancellationToken cancellationToken)
        {
            var ofPayment = db.Set<InboxMessage>().Where(message => message.PaymentNo == named.PaymentNo && message.Kind == "return" && message.Verdict == Plan.Accepted);
            if ((received.IsKept || await ofPayment.Take(MaxOfPayment).CountAsync(cancellationToken) < MaxOfPayment) && inbox.Returned(received, named) is { } message)
            {
                await RecordAsync(new Entry(provider.Name, provider.Account, ReportSource.Return, null, message), cancellationToken);
            }
        }

        private async Task<Outcome> AskAsync(Received received, Payment? payment, bool verified, CancellationToken cancellationToken)
        {
            if (payment is null)
            {
                return new Outcome.Refused();
            }

            // Whoever comes back again at once sees what the last answer was, or waits for the one that is on its way.
            if (payment.Status is PaymentStatus.Pending or PaymentStatus.Superseded or PaymentStatus.Closed
                && (received.IsKept || pace.TryTake(payment.PaymentNo) || inquiry.IsUnderWay(payment.PaymentNo)))
            {
                await inquiry.AskAsync(payment, ReportSource.Return, options.ReturnBudget, cancellationToken);
            }

            return new Outcome.ToOrder(payment.OrderNo, verified);
        }

        private async Task<Outcome> RefuseAsync(
            Received received, ProviderInstance provider, string reason, string detail, NumberHints named, CancellationToken cancellationToken)
        {
            if (GateProbe.IsProbe(received.Kind, received.Request))
            {
                return new Outcome.Refused();
            }

            var explanation = await doctor.ExplainAsync(provider.Name, received.Request, reason, detail);
            LogRefused(provider.Name, reason, explanation.Detail);
            return await HintAsync(provider, inbox.Refused(received, reason, explanation, named), named.PaymentNo, cancellationToken) is { } orderNo
                ? new Outcome.ToOrder(orderNo, Verified: false)
                : new Outcome.Refused();
        }

        private async Task<Outcome> UnjudgedAsync(Received received, ProviderInstance provider, Verification.Undecided undecided, CancellationToken cancellationToken)
        {
            if (GateProbe.IsProbe(received.Kind, received.Request))
            {
                return new Outcome.Unavailable();
            }

            var named = new NumberHints(undecided.PaymentNoHint, undecided.ProviderTradeNoHint);
            var message = inbox.Unjudged(received, provider.InService ? Plan.Undecided : Plan.OutOfService, undecided.Detail, named);
            return new Outcome.Unavailable(await HintAsync(provider, message, named.PaymentNo, cancellationToken));
        }

        /// <summary>
        /// Keeps a return that is not believed and has the payment that it names asked about, by the same budget, so that a flood asks for
        /// nothing. Returns the order of that payment.
        /// </summary>
        private async Task<string?> HintAsync(ProviderInstance provider, ReceivedMessage? message, string? paymentNo, CancellationToken cancellationToken)
        {
            if (message is not null)
            {
                await RecordAsync(new Entry(provider.Name, provider.Account, ReportSource.Return, null, message), cancellationToken);
            }

            if (paymentNo is null || await FindAsync(provider, paymentNo, cancellationToken) is not { } payment)
            {
                return null;
            }

            if (message is not null)
            {
                await hints.TakeAsync(provider.Name, payment.PaymentNo, cancellationToken);
            }

            return payment.OrderNo;
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
