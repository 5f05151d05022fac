using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;

namespace Modular.Payments.Settlement;

/// <summary>
/// Settles in small groups: one writer per node takes whatever has queued while the last commit was under way, and commits
/// it together. A busy node shares each commit among many callers and an idle one waits for nobody. Thread-safe.
/// </summary>
internal sealed partial class SettlementQueue(IServiceScopeFactory scopes, ILogger<SettlementQueue> log) : BackgroundService
{
    public const int MaxBatch = 64;

    // Beyond this callers wait for a place, and their own time limit ends that.
    private const int MaxWaiting = 4096;

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <summary>Hands in one entry and waits until it is committed.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up. The entry is dropped if its turn has not come; otherwise it may still be stored, which does no harm.</exception>
    public async Task<Outcome> SettleAsync(Entry entry, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(entry, cancellationToken);
        await queue.Writer.WriteAsync(waiting, cancellationToken);
        return await waiting.Done.Task.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Waiting>(MaxBatch);
        while (await queue.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out var waiting))
            {
                if (!waiting.GivenUp.IsCancellationRequested)
                {
                    batch.Add(waiting);
                }
            }

            if (batch.Count > 0)
            {
                await SettleAsync(batch, stoppingToken);
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Every failure goes to the callers that wait for it; the writer lives on.")]
    private async Task SettleAsync(List<Waiting> batch, CancellationToken stoppingToken)
    {
        try
        {
            Complete(batch, await ApplyAsync(batch, stoppingToken));
        }
        catch (Exception e) when (batch.Count > 1 && !IsOutage(e) && !stoppingToken.IsCancellationRequested)
        {
            // One entry spoils the commit of all; alone each gets what it deserves.
            LogAlone(e, batch.Count);
            foreach (var waiting in batch)
            {
                await SettleAsync([waiting], stoppingToken);
            }
        }
        catch (Exception e)
        {
            LogFailed(e, batch.Count);
            foreach (var waiting in batch)
            {
                waiting.Done.TrySetException(e);
            }
        }
    }

    private async Task<Plan> ApplyAsync(List<Waiting> batch, CancellationToken stoppingToken)
    {
        var entries = batch.ConvertAll(waiting => waiting.Entry);
        for (var attempt = 1; ; attempt++)
        {
            await using var scope = scopes.CreateAsyncScope();
            try
            {
                var plan = await scope.ServiceProvider.GetRequiredService<SettlementDoor>().ApplyAsync(entries, stoppingToken);
                if (plan.Changes.Count > 0)
                {
                    await scope.ServiceProvider.GetRequiredService<IMediator>().Publish(new OrdersChanged(plan.ChangedOrders), stoppingToken);
                }

                return plan;
            }
            catch (Exception e) when (attempt < 3 && WriteConflict.Is(e))
            {
                // Another node settled one of these payments first; loading again shows what it decided.
                LogConflict(batch.Count);
            }
        }
    }

    private static void Complete(List<Waiting> batch, Plan plan)
    {
        for (var index = 0; index < batch.Count; index++)
        {
            batch[index].Done.TrySetResult(plan.Outcomes[index]);
        }
    }

    // That somebody else holds a row (PostgreSQL 55P03) concerns those alone who need it.
    private static bool IsOutage(Exception e) =>
        e is TimeoutException or System.Data.Common.DbException { IsTransient: true, SqlState: not "55P03" } or System.Net.Sockets.SocketException or IOException
        || (e.InnerException is { } inner && IsOutage(inner));

    [LoggerMessage(Level = LogLevel.Debug, Message = "A batch of {Count} met another node's changes and begins again")]
    private partial void LogConflict(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A batch of {Count} could not be stored together and is stored one by one")]
    private partial void LogAlone(Exception exception, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} settlement entries could not be stored")]
    private partial void LogFailed(Exception exception, int count);

    private sealed class Waiting(Entry entry, CancellationToken givenUp)
    {
        public Entry Entry => entry;

        public CancellationToken GivenUp => givenUp;

        // Continuations run elsewhere, so that answering a request never holds up the writer.
        public TaskCompletionSource<Outcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
