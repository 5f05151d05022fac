using System.Linq.Expressions;
using Modular.Kernel;

namespace Modular.Webhooks;

/// <summary>A delivery as operators and callers of the API see it.</summary>
/// <param name="MessageId">The header <c>webhook-id</c>.</param>
/// <param name="Status"><c>pending</c>, <c>delivered</c> or <c>given_up</c>.</param>
/// <param name="NextAttemptAt">When it is tried next, UTC; null when there is nothing more to do by itself.</param>
/// <param name="LastStatus">The HTTP status of the last answer.</param>
/// <param name="LastError">Why the last try failed.</param>
/// <param name="LastAnswer">The first 256 printable characters of the last answer.</param>
public sealed record DeliveryView(
    long Id, string MessageId, string Endpoint, string Type, string OrderNo, string Status, DateTimeOffset CreatedAt, int Attempts,
    DateTimeOffset? LastAttemptAt, DateTimeOffset? NextAttemptAt, int? LastStatus, string? LastError, int? LastDurationMs, string? LastAnswer)
{
    internal static readonly Expression<Func<Delivery, DeliveryView>> Of = d => new DeliveryView(
        d.Id, d.MessageId, d.Endpoint, d.Type, d.OrderNo, EnumText<DeliveryStatus>.Of(d.Status), d.CreatedAt, d.Attempts,
        d.LastAttemptAt, d.NextAttemptAt, d.LastStatus, d.LastError, d.LastDurationMs, d.LastAnswer);
}
