using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using MediatR;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Telemetry;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>
/// Takes a provider's notification: verifies it over the raw bytes, records and settles it in one commit, and only then
/// acknowledges it. A repeated notification settles nothing twice; one that is refused, or that nobody can judge now, changes nothing and
/// is kept with the reason.
/// </summary>
public static partial class HandleNotify
{
    /// <param name="IsKept">It comes out of the inbox, where an operator has it processed again.</param>
    public sealed record Command(string Instance, RawRequest Request, string? SourceAddress, bool IsKept = false) : IRequest<Outcome>;

    public abstract record Outcome
    {
        private Outcome()
        {
        }

        public sealed record UnknownInstance : Outcome;

        /// <summary>Answer with these bytes.</summary>
        public sealed record Reply(NotificationReply Bytes) : Outcome;

        /// <summary>Nothing was decided; the provider should send it again. The message may have been kept.</summary>
        public sealed record Unavailable : Outcome;
    }

    internal sealed partial class Handler(
        ProviderCatalogue providers, SettlementQueue settlement, RefundDoor refunds, InboxRecorder inbox, HintedQuery hints, RefusalDoctor doctor,
        PaymentsOptions options, ShopMeter meter, TimeProvider time, ILogger<Handler> log)
        : IRequestHandler<Command, Outcome>
    {
        private static readonly string Probe = RefusalReason.Probe.ToText();

        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            if (providers.Find(command.Instance) is not { } provider)
            {
                return new Outcome.UnknownInstance();
            }

            var received = new Received(
                provider.Name, "notify", command.Request, command.SourceAddress, time.GetTimestamp(),
                accepted => (accepted ? provider.Acknowledge() : provider.Refuse()).StatusCode, command.IsKept);
            if (!provider.InService)
            {
                return await KeepAsync(received, provider, Plan.OutOfService, $"The instance is out of service: {provider.Problem}", default);
            }

            // The limit is a timer and not a token of the request: a provider that hangs up early still gets its news stored.
            using var limit = new CancellationTokenSource(options.NotifyBudget);
            // Its own budget ends the verification; a plugin that hangs is an undecided message and no cancelled request.
            var verification = await provider.VerifyNotificationAsync(command.Request, options.NotifyBudget, CancellationToken.None);
            return verification switch
            {
                Verification.Verified { Report: { } report } when ReportRules.Problem(report) is { } problem =>
                    await RefuseAsync(received, provider, "unusable_report", problem, default, limit.Token),
                Verification.Verified { Report: { } report } => await SettleAsync(received, provider, report, limit.Token),
                Verification.VerifiedRefund { Reports.Count: > 0 } refund => await RefundAsync(received, provider, refund, limit.Token),
                Verification.Refused refused =>
                    await RefuseAsync(received, provider, refused.Reason.ToText(), refused.Detail, new NumberHints(refused.PaymentNoHint, refused.ProviderTradeNoHint), limit.Token),
                Verification.Unsigned => await RefuseAsync(
                    received, provider, RefusalReason.MissingSignature.ToText(), "The plugin takes it for a return, which proves nothing.", default, limit.Token),
                _ => await UndecidedAsync(received, provider, verification as Verification.Undecided ?? new Verification.Undecided("The plugin returned nothing.")),
            };
        }

        private async Task<Outcome> SettleAsync(Received received, ProviderInstance provider, PaymentReport report, CancellationToken cancellationToken)
        {
            var message = inbox.Accepted(received);
            var outcome = await StoreAsync(new Entry(provider.Name, provider.Account, ReportSource.Notify, report, message), cancellationToken);
            if (outcome is null)
            {
                return Unavailable(provider.Name);
            }

            LogNotified(provider.Name, report.PaymentNo, outcome.Effect, outcome.Reason);
            return Answer(provider, outcome.Effect is Effect.WrongAccount or Effect.UnknownPayment ? outcome.Effect.ToText() : null);
        }

        /// <summary>What the message says of the payment comes first: a refund of money that nobody noticed yet has to find it here.</summary>
        private async Task<Outcome> RefundAsync(Received received, ProviderInstance provider, Verification.VerifiedRefund refund, CancellationToken cancellationToken)
        {
            var problem = refund.Reports.Select(RefundRules.Problem).FirstOrDefault(found => found is not null)
                ?? (refund.Payment is { } said ? ReportRules.Problem(said) : null);
            if (problem is not null)
            {
                return await RefuseAsync(received, provider, "unusable_report", problem, default, cancellationToken);
            }

            if (refund.Reports.Any(report => !Decision.IsOurs(provider.Account, report.Account)))
            {
                return await RefuseAsync(received, provider, "wrong_account", "The notification names another account.", default, cancellationToken);
            }

            if (refund.Payment is { } payment
                && await StoreAsync(new Entry(provider.Name, provider.Account, ReportSource.Notify, payment, null), cancellationToken) is null)
            {
                return Unavailable(provider.Name);
            }

            try
            {
                var outcomes = await refunds.ApplyAsync(provider.Name, provider.Account, refund.Reports, inbox.Accepted(received), cancellationToken);
                LogRefunded(provider.Name, refund.Reports[0].RefundNo, outcomes[0].Effect, outcomes[0].Reason);
                return Answer(provider, outcomes.All(outcome => outcome.Reason == RefundDoor.UnknownPayment) ? RefundDoor.UnknownPayment : null);
            }
            catch (Exception e) when (e is DbException or DbUpdateException or OperationCanceledException or TimeoutException)
            {
                LogNotStored(provider.Name, e.GetType().Name);
                return Unavailable(provider.Name);
            }
        }

        private async Task<Outcome> RefuseAsync(
            Received received, ProviderInstance provider, string reason, string detail, NumberHints named, CancellationToken cancellationToken)
        {
            if (GateProbe.IsProbe(received.Kind, received.Request))
            {
                return new Outcome.Reply(provider.Refuse());
            }

            var explanation = await doctor.ExplainAsync(provider.Name, received.Request, reason, detail);
            if (reason == Probe)
            {
                LogProbed(provider.Name);
            }
            else
            {
                LogRefused(provider.Name, reason, explanation.Detail);
            }

            // A refusal stays a refusal even when it cannot be stored. A hint goes by the same budget, so that a flood asks for nothing.
            await StoreAsync(provider, inbox.Refused(received, reason, explanation, named), cancellationToken);
            return Answer(provider, reason);
        }

        private Task<Outcome> UndecidedAsync(Received received, ProviderInstance provider, Verification.Undecided undecided)
        {
            LogUndecided(provider.Name, undecided.Detail);
            return KeepAsync(received, provider, Plan.Undecided, undecided.Detail, new NumberHints(undecided.PaymentNoHint, undecided.ProviderTradeNoHint));
        }

        /// <summary>Keeps what nobody can judge now, so that it can be processed again; the provider must send it again all the same.</summary>
        private async Task<Outcome> KeepAsync(Received received, ProviderInstance provider, string verdict, string detail, NumberHints named)
        {
            if (!GateProbe.IsProbe(received.Kind, received.Request))
            {
                // Time of its own, because the verification may have used up the message's; the answer is the same, heard or not.
                using var limit = new CancellationTokenSource(options.NotifyBudget);
                var unavailable = received with { AnswerStatus = _ => StatusCodes.Status503ServiceUnavailable };
                await StoreAsync(provider, inbox.Unjudged(unavailable, verdict, detail, named), limit.Token);
            }

            return Unavailable(provider.Name);
        }

        private async Task StoreAsync(ProviderInstance provider, ReceivedMessage? message, CancellationToken cancellationToken)
        {
            if (message is not null
                && await StoreAsync(new Entry(provider.Name, provider.Account, ReportSource.Notify, null, message), cancellationToken) is not null
                && message.PaymentNoHint is { } paymentNo)
            {
                await hints.TakeAsync(provider.Name, paymentNo, cancellationToken);
            }
        }

        private Outcome.Reply Answer(ProviderInstance provider, string? refusal)
        {
            meter.Notified(provider.Name, refusal is null ? "accepted" : "refused", refusal);
            return new Outcome.Reply(refusal is null ? provider.Acknowledge() : provider.Refuse());
        }

        private Outcome.Unavailable Unavailable(string instance)
        {
            meter.Notified(instance, "unavailable");
            return new Outcome.Unavailable();
        }

        [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever keeps a notification from being stored, the provider must send it again.")]
        private async Task<Settlement.Outcome?> StoreAsync(Entry entry, CancellationToken cancellationToken)
        {
            try
            {
                return await settlement.SettleAsync(entry, cancellationToken);
            }
            catch (Exception e)
            {
                LogNotStored(entry.Instance, e.GetType().Name);
                return null;
            }
        }

        [LoggerMessage(Level = LogLevel.Debug, Message = "Notification at {Instance} for {PaymentNo}: {Effect} {Reason}")]
        private partial void LogNotified(string instance, string paymentNo, Effect effect, string? reason);

        [LoggerMessage(Level = LogLevel.Debug, Message = "Notification at {Instance} of refund {RefundNo}: {Effect} {Reason}")]
        private partial void LogRefunded(string instance, string refundNo, RefundEffect effect, string? reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Notification at {Instance} refused ({Reason}): {Detail}")]
        private partial void LogRefused(string instance, string reason, string detail);

        [LoggerMessage(Level = LogLevel.Information, Message = "Notification at {Instance} was a probe of the provider with a wrong signature, and was refused as it should be")]
        private partial void LogProbed(string instance);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Notification at {Instance} could not be verified now: {Detail}")]
        private partial void LogUndecided(string instance, string detail);

        [LoggerMessage(Level = LogLevel.Error, Message = "Notification at {Instance} could not be stored ({Error}) and is not acknowledged")]
        private partial void LogNotStored(string instance, string error);
    }
}
