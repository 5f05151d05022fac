using System.Linq.Expressions;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;
using Modular.Payments.Abstractions;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>A received notification or return as operators see it.</summary>
/// <param name="Kind"><c>notify</c> or <c>return</c>.</param>
/// <param name="Verdict"><c>accepted</c>, <c>refused</c>, <c>undecided</c> (nobody could find out whether it is authentic) or <c>out_of_service</c> (its instance was).</param>
/// <param name="Reason">Why it was refused, or why it held a payment, as a stable word.</param>
/// <param name="Detail">The reason as a sentence.</param>
/// <param name="Cause">The proved cause of the refusal, as a code of <c>TROUBLESHOOTING.md</c>.</param>
/// <param name="Effect">What it did.</param>
/// <param name="PaymentNo">The payment that it names; the sender's word unless it is accepted, like <paramref name="ProviderTradeNo"/>.</param>
/// <param name="Copies">How often the same content arrived.</param>
/// <param name="AnswerStatus">The HTTP status of the answer.</param>
/// <param name="DurationMs">Milliseconds from its arrival until it was stored.</param>
public sealed record InboxView(
    long Id, DateTimeOffset ReceivedAt, string Instance, string Kind, string? SourceAddress, string Verdict, string? Reason, string? Detail, string? Cause, string Effect,
    string? PaymentNo, string? ProviderTradeNo, string? ProviderState, long Copies, int? AnswerStatus, int? DurationMs)
{
    internal static Expression<Func<InboxMessage, InboxView>> Of { get; } = m => new InboxView(
        m.Id, m.ReceivedAt, m.Instance, m.Kind, m.SourceAddress, m.Verdict, m.Reason, m.Detail, m.Cause, m.Effect, m.PaymentNo, m.ProviderTradeNo, m.ProviderState,
        m.Copies, m.AnswerStatus, m.DurationMs);
}

/// <summary>Opens one message of the inbox; null when there is none of that id. Nothing is stored and nothing changes.</summary>
public static class ShowMessage
{
    /// <param name="Explain">Have a refused message examined that has no cause yet, because too many came at once; nothing is stored.</param>
    public sealed record Query(long Id, bool Explain = false) : IRequest<Opened?>;

    /// <param name="Message">The facts about it.</param>
    /// <param name="OrderNo">The order of its payment, when that is one of ours.</param>
    /// <param name="Received">What came for the payment that an accepted message is about, as settlement understood it; null otherwise.</param>
    /// <param name="PaidAt">When it came.</param>
    /// <param name="Content">The request, decoded for people; null when the shop's keys cannot open it any more.</param>
    public sealed record Opened(InboxView Message, string? OrderNo, Money? Received, DateTimeOffset? PaidAt, MessageContent? Content);

    internal sealed class Handler(ModularDbContext db, InboxRecorder inbox, RefusalDoctor doctor) : IRequestHandler<Query, Opened?>
    {
        // Compiled once: it costs more than everything else here.
        private static readonly Func<InboxMessage, InboxView> Describe = InboxView.Of.Compile();

        public async Task<Opened?> Handle(Query query, CancellationToken cancellationToken)
        {
            if (await db.Set<InboxMessage>().AsNoTracking().SingleOrDefaultAsync(m => m.Id == query.Id, cancellationToken) is not { } message)
            {
                return null;
            }

            var payment = await db.Set<Payment>().AsNoTracking().SingleOrDefaultAsync(p => p.PaymentNo == message.PaymentNo && p.Provider == message.Instance, cancellationToken);
            // The trade's number ties the message to the money: what is encrypted in it was never stored in the clear.
            var paid = message.Verdict == Plan.Accepted && message.ProviderTradeNo is not null && payment?.ProviderTradeNo == message.ProviderTradeNo ? payment : null;
            var view = Describe(message);
            if (inbox.Open(message) is not var (request, isWhole))
            {
                return new Opened(view, payment?.OrderNo, Came(paid), paid?.PaidAt, null);
            }

            if (query.Explain && isWhole && message is { Verdict: Plan.Refused, Cause: null, Reason: { } reason })
            {
                var explanation = await doctor.ExplainOpenedAsync(message.Instance, request, reason, message.Detail ?? "", cancellationToken);
                view = explanation.Cause is null ? view : view with { Cause = explanation.Cause, Detail = explanation.Detail };
            }

            return new Opened(view, payment?.OrderNo, Came(paid), paid?.PaidAt, MessageContent.Of(request, isWhole));
        }

        private static Money? Came(Payment? payment) => payment?.ReceivedMinor is { } minor ? new Money(minor, payment.Currency) : null;
    }
}
