using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Telemetry;

namespace Modular.Webhooks;

/// <summary>
/// One lane per endpoint and node, which claims what is due for it and sends it. Lanes know nothing of each other and run beside the
/// jobs, not in them, so that an endpoint that hangs holds up itself alone and occupies no worker. Thread-safe.
/// </summary>
internal sealed partial class DeliveryLanes(
    WebhookEndpoints endpoints, WebhookOptions options, WebhookClient client, IServiceScopeFactory scopes, ShopMeter meter, TimeProvider time, ILogger<DeliveryLanes> log)
    : IHostedService, IDisposable
{
    // What one endpoint receives at once from one node.
    private const int BatchSize = 4;

    private readonly ConcurrentDictionary<string, Task<int>> running = new();
    private readonly CancellationTokenSource stopping = new();

    // A claimed delivery comes up again after this time when the process that claimed it died. All of a batch are sent at once, so
    // none is claimed for much longer than one try may take.
    private TimeSpan Lease => options.TryBudget + TimeSpan.FromSeconds(15);

    /// <summary>Starts the lanes of the endpoints in service that are not under way already, and returns those that it started.</summary>
    public IReadOnlyList<Task<int>> Wake()
    {
        var woken = new List<Task<int>>();
        foreach (var endpoint in endpoints.All.Where(endpoint => endpoint.IsInService))
        {
            var lane = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!stopping.IsCancellationRequested && running.TryAdd(endpoint.Name, lane.Task))
            {
                woken.Add(lane.Task);
                _ = Task.Run(async () => await FollowAsync(endpoint, lane), CancellationToken.None);
            }
        }

        return woken;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What is being sent is broken off; it is sent again, with the same id, once its claim is over.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await Task.WhenAll(running.Values);
    }

    public void Dispose() => stopping.Dispose();

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What could not be claimed or recorded comes up again with the next wake-up.")]
    private async Task FollowAsync(WebhookEndpoint endpoint, TaskCompletionSource<int> lane)
    {
        var total = 0;
        try
        {
            while (await SendBatchAsync(endpoint, stopping.Token) is > 0 and var sent)
            {
                total += sent;
            }
        }
        catch (Exception e)
        {
            if (!stopping.IsCancellationRequested)
            {
                LogFailed(e, endpoint.Name);
            }
        }
        finally
        {
            running.TryRemove(endpoint.Name, out _);
            lane.SetResult(total);
        }
    }

    private async Task<int> SendBatchAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        List<Delivery> due;
        await using (var scope = scopes.CreateAsyncScope())
        {
            due = await ClaimAsync(scope.ServiceProvider.GetRequiredService<ModularDbContext>(), endpoint.Name, cancellationToken);
        }

        await Task.WhenAll(due.Select(delivery => TryAsync(endpoint, delivery, cancellationToken)));
        return due.Count;
    }

    private async Task<List<Delivery>> ClaimAsync(ModularDbContext db, string endpoint, CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        var ids = await db.ReadColumnAsync<long>(
            $"""
            UPDATE webhooks_deliveries SET next_attempt_at = @lease, last_attempt_at = @now, attempts = attempts + 1, tries = tries + 1
            WHERE id IN (
                SELECT id FROM webhooks_deliveries WHERE endpoint = @endpoint AND next_attempt_at <= @now
                AND NOT EXISTS (SELECT 1 FROM webhooks_endpoints WHERE name = @endpoint AND paused_at IS NOT NULL)
                ORDER BY next_attempt_at LIMIT {BatchSize} {db.Dialect.SkipLocked})
            RETURNING id
            """,
            [("endpoint", endpoint), ("now", db.Dialect.TimeParameter(now)), ("lease", db.Dialect.TimeParameter(now + Lease))],
            cancellationToken);
        return ids.Count == 0 ? [] : await db.Set<Delivery>().AsNoTracking().Where(d => ids.Contains(d.Id)).ToListAsync(cancellationToken);
    }

    private async Task TryAsync(WebhookEndpoint endpoint, Delivery delivery, CancellationToken cancellationToken)
    {
        var answer = await client.PostAsync(endpoint, delivery, cancellationToken);
        var verdict = Verdict.Of(answer, delivery.Tries, time.UtcNow());
        await using var scope = scopes.CreateAsyncScope();
        await RecordAsync(scope.ServiceProvider.GetRequiredService<ModularDbContext>(), delivery, answer, verdict, cancellationToken);
        LogTried(delivery.Id, endpoint.Name, delivery.Attempts, answer.Status, answer.Error, verdict.Status);
        meter.WebhookTried(endpoint.Name, verdict.Status.ToText());
        if (verdict.Pauses)
        {
            LogGone(endpoint.Name);
        }
    }

    private async Task RecordAsync(ModularDbContext db, Delivery delivery, Answer answer, Verdict verdict, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // A result that comes after its claim was over must not hide what came of the later try.
        await db.Set<Delivery>().Where(d => d.Id == delivery.Id && d.Attempts == delivery.Attempts).ExecuteUpdateAsync(
            set => set.SetProperty(d => d.Status, verdict.Status).SetProperty(d => d.NextAttemptAt, verdict.NextAttemptAt)
                .SetProperty(d => d.LastStatus, answer.Status).SetProperty(d => d.LastError, answer.Error)
                .SetProperty(d => d.LastDurationMs, answer.DurationMs).SetProperty(d => d.LastAnswer, answer.Text),
            cancellationToken);
        if (verdict.Status == DeliveryStatus.Delivered || verdict.Pauses)
        {
            var column = verdict.Pauses ? "paused_at" : "last_success_at";
            await db.ExecuteSqlAsync(
                $"""
                INSERT INTO webhooks_endpoints (name, {column}) VALUES (@name, @now)
                ON CONFLICT (name) DO UPDATE SET {column} = {(verdict.Pauses ? "COALESCE(webhooks_endpoints.paused_at, excluded.paused_at)" : "excluded.last_success_at")}
                """,
                [("name", delivery.Endpoint), ("now", db.Dialect.TimeParameter(time.UtcNow()))],
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {Id} to webhook {Endpoint}, attempt {Attempt}: status {HttpStatus}, error {Error}, now {Status}")]
    private partial void LogTried(long id, string endpoint, int attempt, int? httpStatus, string? error, DeliveryStatus status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {Endpoint} answered 410 and is paused until an operator resumes it")]
    private partial void LogGone(string endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "The deliveries to webhook {Endpoint} could not be worked on")]
    private partial void LogFailed(Exception exception, string endpoint);
}
