using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Payments;

/// <summary>Searches the inbox, newest first.</summary>
public static class ListMessages
{
    public const int PageSize = 50;

    /// <param name="Number">An order's, a payment's or a provider's number; null for all.</param>
    /// <param name="Verdict"><c>accepted</c>, <c>refused</c>, <c>undecided</c> or <c>out_of_service</c>; null for all.</param>
    /// <param name="Instance">A provider instance; null for all.</param>
    /// <param name="From">Received at this time or later, UTC.</param>
    /// <param name="Until">Received before this time, UTC.</param>
    /// <param name="Before">Continues below the message of this id.</param>
    /// <param name="Cause">A cause's code; null for messages with any or none.</param>
    public sealed record Query(
        string? Number = null, string? Verdict = null, string? Instance = null, DateTimeOffset? From = null, DateTimeOffset? Until = null, long? Before = null,
        string? Cause = null)
        : IRequest<Page>;

    /// <param name="Messages">At most <see cref="PageSize"/>.</param>
    /// <param name="Next">What to give as <c>Before</c> for the next page; null when there is none.</param>
    public sealed record Page(IReadOnlyList<InboxView> Messages, long? Next);

    internal sealed class Handler(ModularDbContext db) : IRequestHandler<Query, Page>
    {
        public async Task<Page> Handle(Query query, CancellationToken cancellationToken)
        {
            var messages = db.Set<InboxMessage>().AsNoTracking();
            if (query.Number is { Length: > 0 } number)
            {
                // The provider's number is looked up through the payments, which have an index on it; a message about no payment of
                // ours may still name it.
                var payments = db.Set<Payment>().Where(p => p.OrderNo == number || p.PaymentNo == number || p.ProviderTradeNo == number).Select(p => p.PaymentNo);
                messages = messages.Where(m => m.PaymentNo == number || m.ProviderTradeNo == number || payments.Contains(m.PaymentNo!));
            }

            messages = query.Verdict is { } verdict ? messages.Where(m => m.Verdict == verdict) : messages;
            messages = query.Instance is { } instance ? messages.Where(m => m.Instance == instance) : messages;
            messages = query.Cause is { } cause ? messages.Where(m => m.Cause == cause) : messages;
            messages = query.From is { } from ? messages.Where(m => m.ReceivedAt >= from) : messages;
            messages = query.Until is { } until ? messages.Where(m => m.ReceivedAt < until) : messages;
            messages = query.Before is { } before ? messages.Where(m => m.Id < before) : messages;
            var found = await messages.OrderByDescending(m => m.Id).Take(PageSize + 1).Select(InboxView.Of).ToListAsync(cancellationToken);
            return found.Count > PageSize ? new Page(found[..PageSize], found[PageSize - 1].Id) : new Page(found, null);
        }
    }
}
