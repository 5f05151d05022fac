using MediatR;

namespace Modular.Webhooks;

/// <summary>
/// Wakes the endpoints' lanes, which send what is due. Any number of nodes may run it. Returns how many tries the lanes that it
/// woke, and that have ended, have made.
/// </summary>
public static class SendDeliveries
{
    /// <param name="Patience">How long to wait for the lanes; null until they end. They go on when the wait is over.</param>
    public sealed record Command(TimeSpan? Patience = null) : IRequest<int>;

    internal sealed class Handler(DeliveryLanes lanes, TimeProvider time) : IRequestHandler<Command, int>
    {
        public async Task<int> Handle(Command command, CancellationToken cancellationToken)
        {
            var woken = lanes.Wake();
            try
            {
                await Task.WhenAll(woken).WaitAsync(command.Patience ?? Timeout.InfiniteTimeSpan, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // A receiver takes its time; its lane goes on without us.
            }

            return woken.Where(lane => lane.IsCompletedSuccessfully).Sum(lane => lane.Result);
        }
    }
}
