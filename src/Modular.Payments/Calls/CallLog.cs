using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Pipeline;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments.Calls;

/// <summary>
/// Keeps what providers were asked and what they answered. Whoever called never waits for it and never fails because of it: the rows are
/// written in the background, together, and a storm beyond what can be written costs rows of this record and nothing else. Thread-safe.
/// </summary>
internal sealed partial class CallLog(IServiceScopeFactory scopes, TimeProvider time, ILogger<CallLog> log) : BackgroundService
{
    private const int MaxBatch = 100;
    private const int MaxWaiting = 4096;

    private readonly Channel<ProviderCall> waiting = Channel.CreateBounded<ProviderCall>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Notes a call that has just ended.</summary>
    /// <param name="answer">The plugin's answer, or the unknown one that was put in its place; null when the caller did not wait for it.</param>
    public void Add(string provider, string call, string paymentNo, string? refundNo, object? answer, TimeSpan duration)
    {
        var (word, detail) = Tell(answer);
        waiting.Writer.TryWrite(new ProviderCall
        {
            PaymentNo = paymentNo,
            RefundNo = refundNo,
            Provider = provider,
            Call = call,
            Answer = word,
            Detail = StoredText.Cut(detail, ProviderCall.MaxDetail),
            CalledBy = EntryPoint.Name,
            At = time.UtcNow() - duration,
            DurationMs = (int)Math.Min(duration.TotalMilliseconds, int.MaxValue),
        });
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What was noted before the end is written before the end.
        waiting.Writer.TryComplete();
        if (ExecuteTask is { } writing)
        {
            await Task.WhenAny(writing, Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken));
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<ProviderCall>(MaxBatch);
        while (await waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && waiting.Reader.TryRead(out var call))
            {
                batch.Add(call);
            }

            await WriteAsync(batch, stoppingToken);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A record that cannot be kept disturbs nobody; the next ones may be.")]
    private async Task WriteAsync(List<ProviderCall> batch, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<ModularDbContext>();
            db.AddRange(batch);
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogLost(e, batch.Count);
        }
    }

    private static (string Answer, string? Detail) Tell(object? answer) => answer switch
    {
        null => ("unknown", "The caller did not wait for the answer."),
        QueryAnswer.Known { Report: { } report } => (Word(report.State), report.ProviderState),
        RefundAnswer.Known { Report: { } report } => (Word(report.State), report.ProviderState),
        QueryAnswer.Unknown unknown => ("unknown", unknown.Detail),
        RefundAnswer.Unknown unknown => ("unknown", unknown.Detail),
        StartAnswer.Unknown unknown => ("unknown", unknown.Detail),
        CloseAnswer.Unknown unknown => ("unknown", unknown.Detail),
        CloseAnswer.TooEarly early => ("too_early", early.Detail),
        StartAnswer.Rejected rejected => ("rejected", $"{rejected.Code}: {rejected.Detail}"),
        RefundAnswer.Rejected rejected => ("rejected", $"{rejected.Code}: {rejected.Detail}"),
        RefundAnswer.OperatorNeeded needed => ("operator_needed", needed.Detail),
        _ => (ProviderInstance.NameOf(answer), null),
    };

    // A plugin may answer with a state that is none of the contract's.
    private static string Word<T>(T state)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} records of calls to providers could not be stored; nothing else is lost")]
    private partial void LogLost(Exception exception, int count);
}
