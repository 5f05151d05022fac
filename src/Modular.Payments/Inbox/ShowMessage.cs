using System.Linq.Expressions;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>A received notification or return as operators see it.</summary>
/// <param name="Kind"><c>notify</c> or <c>return</c>.</param>
/// <param name="Verdict"><c>accepted</c> or <c>refused</c>.</param>
/// <param name="Reason">Why it was refused, or why it held a payment, as a stable word.</param>
/// <param name="Detail">The reason as a sentence.</param>
/// <param name="Cause">The proved cause of the refusal, as a code of <c>TROUBLESHOOTING.md</c>.</param>
/// <param name="Effect">What it did.</param>
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

/// <summary>Opens one message of the inbox; null when there is none of that id.</summary>
public static class ShowMessage
{
    public sealed record Query(long Id) : IRequest<Opened?>;

    /// <param name="Message">The facts about it.</param>
    /// <param name="OrderNo">The order of its payment, when that is one of ours.</param>
    /// <param name="Content">The request, decoded for people; null when the shop's keys cannot open it any more.</param>
    public sealed record Opened(InboxView Message, string? OrderNo, MessageContent? Content);

    internal sealed class Handler(ModularDbContext db, InboxRecorder inbox) : IRequestHandler<Query, Opened?>
    {
        // Compiled once: it costs more than everything else here.
        private static readonly Func<InboxMessage, InboxView> Describe = InboxView.Of.Compile();

        public async Task<Opened?> Handle(Query query, CancellationToken cancellationToken)
        {
            if (await db.Set<InboxMessage>().AsNoTracking().SingleOrDefaultAsync(m => m.Id == query.Id, cancellationToken) is not { } message)
            {
                return null;
            }

            var orderNo = await db.Set<Payment>().Where(p => p.PaymentNo == message.PaymentNo && p.Provider == message.Instance)
                .Select(p => p.OrderNo).SingleOrDefaultAsync(cancellationToken);
            return new Opened(Describe(message), orderNo, inbox.Open(message) is var (request, isWhole) ? MessageContent.Of(request, isWhole) : null);
        }
    }
}
