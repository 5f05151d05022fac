using System.Diagnostics.CodeAnalysis;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Modular.Kernel.Telemetry;
using Modular.Payments.Abstractions;
using Modular.Payments.Calls;

namespace Modular.Payments.Providers;

/// <summary>
/// One configured provider as the rest of the module uses it. Every call is limited in time and in number, and whatever a
/// plugin does wrong (throw, hang, return null) becomes the unknown answer of that call. Thread-safe.
/// </summary>
internal sealed class ProviderInstance
{
    // A plugin that hangs may hold this many calls; the host and the other instances keep their threads.
    private const int MaxCalls = 64;

    // A plugin that does not block leaves a thread after microseconds, so more than this many inside it are stuck.
    private static readonly int MaxInside = 2 * Environment.ProcessorCount;

    private static readonly RefundAnswer.Unknown NoRefunds = new("The provider cannot give money back.");

    private readonly IPaymentProvider? provider;
    private int calls;
    private int inside;

    public ProviderInstance(string name, string pluginName, IPaymentPlugin plugin, IPaymentProvider provider)
    {
        Name = name;
        Plugin = pluginName;
        DisplayNames = plugin.DisplayNames;
        Wallet = plugin.Wallet;
        this.provider = provider;
        Account = provider.Account;
        Scenes = provider.Scenes;
        if (provider is IPayerProvider payers)
        {
            PayerScenes = payers.PayerScenes;
            IdentifiesPayers = payers.AuthorizeUrl(new Uri("https://shop.invalid/"), "0") is not null;
        }
    }

    private ProviderInstance(string name, string plugin, string problem)
    {
        Name = name;
        Plugin = plugin;
        Problem = problem;
        DisplayNames = new Dictionary<string, string>();
        Account = new ProviderAccount(null, null);
        Scenes = [];
    }

    public string Name { get; }

    public string Plugin { get; }

    /// <summary>Where the calls are counted; null where nobody counts.</summary>
    public ShopMeter? Meter { get; init; }

    /// <summary>Where the calls about payments are recorded; null where nobody records.</summary>
    public CallLog? Calls { get; init; }

    public IReadOnlyDictionary<string, string> DisplayNames { get; }

    public ProviderAccount Account { get; }

    public IReadOnlyList<PaymentScene> Scenes { get; }

    /// <summary>The app in which its shoppers pay.</summary>
    public Wallet Wallet { get; }

    /// <summary>Whether browsers can be sent to the provider to learn the payer's id.</summary>
    public bool IdentifiesPayers { get; }

    /// <summary>The provider itself, for the signature doctor of its own plugin; null when the instance is out of service.</summary>
    public IPaymentProvider? Provider => provider;

    /// <summary>Why the instance is out of service; null when it is in service.</summary>
    public string? Problem { get; }

    [MemberNotNullWhen(true, nameof(provider))]
    public bool InService => provider is not null;

    private IReadOnlyList<PaymentScene> PayerScenes { get; } = [];

    public bool CanClose => provider is IClosingProvider;

    public bool CanRefund => provider is IRefundingProvider;

    public bool HasStatements => provider is IStatementProvider;

    /// <summary>What the provider allows; nothing is limited where it gives no money back at all.</summary>
    public RefundLimits RefundLimits => (provider as IRefundingProvider)?.RefundLimits ?? RefundLimits.None;

    public string DisplayName =>
        DisplayNames.GetValueOrDefault(CultureInfo.CurrentUICulture.TwoLetterISOLanguageName)
        ?? DisplayNames.GetValueOrDefault("en") ?? Name;

    public static ProviderInstance OutOfService(string name, string plugin, string problem) => new(name, plugin, problem);

    public Task<StartAnswer> StartAsync(StartRequest request, TimeSpan budget, CancellationToken cancellationToken) => CallAsync(
        (p, ct) => p.StartAsync(request, ct),
        detail => new StartAnswer.Unknown(detail),
        budget,
        cancellationToken,
        new Subject(request.PaymentNo),

        // The page of a payment that was started makes its action again, mostly without a word to the provider.
        isNews: answer => request.Resume is null || answer is not StartAnswer.Started);

    public Task<QueryAnswer> QueryAsync(PaymentReference payment, TimeSpan budget, CancellationToken cancellationToken) => CallAsync(
        (p, ct) => p.QueryAsync(payment, ct), detail => new QueryAnswer.Unknown(detail), budget, cancellationToken, new Subject(payment.PaymentNo));

    public Task<CloseAnswer> CloseAsync(PaymentReference payment, TimeSpan budget, CancellationToken cancellationToken) => CallAsync(
        (p, ct) => p is IClosingProvider closing ? closing.CloseAsync(payment, ct) : Task.FromResult<CloseAnswer>(new CloseAnswer.Unknown("The provider cannot close payments.")),
        detail => new CloseAnswer.Unknown(detail),
        budget,
        cancellationToken,
        new Subject(payment.PaymentNo));

    public Task<RefundAnswer> RefundAsync(RefundRequest request, TimeSpan budget, CancellationToken cancellationToken) => CallAsync(
        (p, ct) => p is IRefundingProvider refunding ? refunding.RefundAsync(request, ct) : Task.FromResult<RefundAnswer>(NoRefunds),
        detail => new RefundAnswer.Unknown(detail),
        budget,
        cancellationToken,
        new Subject(request.Payment.PaymentNo, request.RefundNo));

    public Task<RefundAnswer> QueryRefundAsync(RefundReference refund, TimeSpan budget, CancellationToken cancellationToken) => CallAsync(
        (p, ct) => p is IRefundingProvider refunding ? refunding.QueryRefundAsync(refund, ct) : Task.FromResult<RefundAnswer>(NoRefunds),
        detail => new RefundAnswer.Unknown(detail),
        budget,
        cancellationToken,
        new Subject(refund.Payment.PaymentNo, refund.RefundNo));

    public Task<StatementAnswer> FetchStatementAsync(DateOnly day, TimeSpan budget, CancellationToken cancellationToken) => CallAsync(
        (p, ct) => p is IStatementProvider statements
            ? statements.FetchStatementAsync(day, ct)
            : Task.FromResult<StatementAnswer>(new StatementAnswer.Unknown("The provider has no statements.")),
        detail => new StatementAnswer.Unknown(detail),
        budget,
        cancellationToken);

    public Task<Verification> VerifyNotificationAsync(RawRequest request, TimeSpan budget, CancellationToken cancellationToken) =>
        CallAsync((p, ct) => p.VerifyNotificationAsync(request, ct).AsTask(), detail => new Verification.Undecided(detail), budget, cancellationToken);

    public Task<Verification> VerifyReturnAsync(RawRequest request, TimeSpan budget, CancellationToken cancellationToken) =>
        CallAsync((p, ct) => p.VerifyReturnAsync(request, ct).AsTask(), detail => new Verification.Undecided(detail), budget, cancellationToken);

    public Task<PayerAnswer> IdentifyPayerAsync(string code, TimeSpan budget, CancellationToken cancellationToken) => CallAsync(
        (p, ct) => p is IPayerProvider payers ? payers.IdentifyPayerAsync(code, ct) : Task.FromResult<PayerAnswer>(new PayerAnswer.Unknown("The provider identifies no payers.")),
        detail => new PayerAnswer.Unknown(detail),
        budget,
        cancellationToken);

    /// <summary>Whether payments of the scene need the payer's id.</summary>
    public bool NeedsPayer(PaymentScene scene) => PayerScenes.Contains(scene);

    /// <summary>Where a browser goes to be identified; null when this instance cannot do that.</summary>
    public Uri? AuthorizeUrl(Uri callback, string state) => (provider as IPayerProvider)?.AuthorizeUrl(callback, state);

    public NotificationReply Acknowledge() => provider!.Acknowledge();

    public NotificationReply Refuse() => provider!.Refuse();

    /// <summary>The refusal with another status, for what is not the message's fault: its body is what the provider's system understands and keeps. Null when the instance is out of service.</summary>
    public NotificationReply? RefuseWith(int status) => provider is null ? null : provider.Refuse() with { StatusCode = status };

    /// <summary>An answer's kind in one word, for measurements: the contract has few, and a plugin can add none.</summary>
    public static string NameOf(object? answer) => answer is null ? "unknown" : JsonNamingPolicy.SnakeCaseLower.ConvertName(answer.GetType().Name);

    /// <summary>Calls the provider, counts the call and, when it is about a payment, records it on the payment's timeline.</summary>
    private async Task<T> CallAsync<T>(
        Func<IPaymentProvider, CancellationToken, Task<T>> call, Func<string, T> unknown, TimeSpan budget, CancellationToken cancellationToken,
        Subject? about = null, Func<T, bool>? isNews = null, [CallerMemberName] string method = "")
        where T : class
    {
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(method[..^"Async".Length]);
        var startedAt = Stopwatch.GetTimestamp();
        T? answer = null;
        try
        {
            answer = await LimitAsync(call, unknown, budget, cancellationToken);
            return answer;
        }
        finally
        {
            // Without an answer the caller did not wait for it; what was asked was asked all the same.
            var duration = Stopwatch.GetElapsedTime(startedAt);
            Meter?.ProviderCalled(Name, name, NameOf(answer), duration);
            if (about is { } subject && (answer is null || isNews is null || isNews(answer)))
            {
                Calls?.Add(Name, name, subject.PaymentNo, subject.RefundNo, answer, duration);
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The contract says that any exception of a plugin means unknown.")]
    private async Task<T> LimitAsync<T>(
        Func<IPaymentProvider, CancellationToken, Task<T>> call, Func<string, T> unknown, TimeSpan budget, CancellationToken cancellationToken)
        where T : class
    {
        if (!InService)
        {
            return unknown($"The provider instance is out of service: {Problem}");
        }

        if (Interlocked.Increment(ref calls) > MaxCalls)
        {
            Interlocked.Decrement(ref calls);
            return unknown($"{MaxCalls} calls to the provider are waiting already.");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(budget);
        var running = StartCall(provider, call, limit.Token);
        try
        {
            return await running.WaitAsync(budget, cancellationToken) ?? unknown("The plugin returned nothing.");
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return unknown($"The provider did not answer within {budget.TotalSeconds:0.#} seconds.");
        }
        catch (Exception e)
        {
            return unknown($"The call failed ({e.GetType().Name}).");
        }
    }

    // Never on the caller's thread, because a plugin may block before its first await. Threads of the pool cost nothing, but
    // when some are stuck inside the plugin the next calls take threads of their own, so that a plugin that blocks cannot
    // empty the pool. The place is given back when the call really ends, not when we stop waiting for it.
    private Task<T?> StartCall<T>(IPaymentProvider target, Func<IPaymentProvider, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        return Volatile.Read(ref inside) < MaxInside
            ? Task.Run(CallAsync, CancellationToken.None)
            : Task.Factory.StartNew(CallAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

        async Task<T?> CallAsync()
        {
            try
            {
                return Enter(target, call, cancellationToken) is { } task ? await task : null;
            }
            finally
            {
                Interlocked.Decrement(ref calls);
            }
        }
    }

    private Task<T>? Enter<T>(IPaymentProvider target, Func<IPaymentProvider, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref inside);
        try
        {
            return call(target, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref inside);
        }
    }

    /// <summary>What a call is about.</summary>
    private readonly record struct Subject(string PaymentNo, string? RefundNo = null);
}
