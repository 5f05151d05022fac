using Modular.Payments.Abstractions;

namespace Modular.ChaosPlugin;

/// <summary>
/// A plugin that breaks the contract in the way that the setting <c>Mode</c> names: <c>throw</c>, <c>fault</c> (a task that
/// fails), <c>null</c>, <c>null-task</c>, <c>block</c> (never returns), <c>hang</c> (a task that never ends), and, while it is
/// made, <c>throw-at-birth</c> and <c>no-account</c>.
/// </summary>
public sealed class ChaosPlugin : IPaymentPlugin
{
    /// <summary>The name under which the process keeps the event that ends what blocks and hangs.</summary>
    public const string Release = "chaos-release";

    public IReadOnlyDictionary<string, string> DisplayNames { get; } = new Dictionary<string, string> { ["en"] = "Chaos" };

    public IPaymentProvider Create(ProviderContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var mode = context.Settings.Required("Mode");
        return mode == "throw-at-birth" ? throw new InvalidOperationException("canary-secret-of-a-foreign-exception") : new ChaosProvider(mode);
    }
}

internal sealed class ChaosProvider(string mode) : IPaymentProvider, IClosingProvider
{
    public ProviderAccount Account => mode == "no-account" ? throw new InvalidOperationException() : new("chaos", "chaos");

    public IReadOnlyList<PaymentScene> Scenes { get; } = [PaymentScene.Pc, PaymentScene.Qr];

    public Task<StartAnswer> StartAsync(StartRequest request, CancellationToken cancellationToken) => Break<StartAnswer>();

    public Task<QueryAnswer> QueryAsync(PaymentReference payment, CancellationToken cancellationToken) => Break<QueryAnswer>();

    public Task<CloseAnswer> CloseAsync(PaymentReference payment, CancellationToken cancellationToken) => Break<CloseAnswer>();

    public ValueTask<Verification> VerifyNotificationAsync(RawRequest request, CancellationToken cancellationToken) => new(Break<Verification>());

    public ValueTask<Verification> VerifyReturnAsync(RawRequest request, CancellationToken cancellationToken) => new(Break<Verification>());

    public NotificationReply Acknowledge() => new(200, "text/plain", "success"u8.ToArray());

    public NotificationReply Refuse() => new(400, "text/plain", "fail"u8.ToArray());

    private Task<T> Break<T>()
        where T : class
    {
        var release = (ManualResetEventSlim)AppDomain.CurrentDomain.GetData(ChaosPlugin.Release)!;
        switch (mode)
        {
            case "throw":
                throw new InvalidOperationException("canary-secret-of-a-foreign-exception");
            case "fault":
                return Task.FromException<T>(new InvalidOperationException("canary-secret-of-a-foreign-exception"));
            case "null":
                return Task.FromResult<T>(null!);
            case "null-task":
                return null!;
            case "block":
                release.Wait(CancellationToken.None);
                return Task.FromResult<T>(null!);
            default:
                return HangAsync<T>(release);
        }
    }

    private static Task<T> HangAsync<T>(ManualResetEventSlim release)
        where T : class
    {
        var never = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        ThreadPool.RegisterWaitForSingleObject(release.WaitHandle, (_, _) => never.TrySetResult(null!), null, Timeout.Infinite, executeOnlyOnce: true);
        return never.Task;
    }
}
