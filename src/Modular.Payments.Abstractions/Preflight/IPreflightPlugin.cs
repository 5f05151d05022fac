namespace Modular.Payments.Abstractions.Preflight;

/// <summary>The settings to check and the moment at which they must be right.</summary>
/// <param name="Settings">The instance's settings; they may be wrong in any way.</param>
/// <param name="Now">The present moment, UTC.</param>
public sealed record PreflightRequest(ProviderSettings Settings, DateTimeOffset Now);

/// <summary>
/// A further power of a plugin class: it says about each setting of an instance whether it is right, before the instance goes live.
/// </summary>
/// <remarks>
/// Without it an instance still gets the host's own lines: whether <see cref="IPaymentPlugin.Create"/> takes the settings, whether the
/// gateway answers a question, whether the clocks agree, and whether notifications and returns arrive. A setting that
/// <c>Create</c> refuses is read here by the very same code (<see cref="SettingChecks.Read{T}"/>), so that the host can tell that
/// both speak of one fault, and a second fault is found together with the first.
/// </remarks>
public interface IPreflightPlugin
{
    /// <summary>Checks the settings without network or clock, also those that <see cref="IPaymentPlugin.Create"/> refuses. May be called from several threads.</summary>
    IReadOnlyList<PreflightLine> Check(PreflightRequest request);
}

/// <summary>
/// A further power of a provider: it puts a harmless question to its gateway and knows better than the host what the answer proves.
/// Without it the host asks by <see cref="IPaymentProvider.QueryAsync"/>.
/// </summary>
public interface IPreflightProvider
{
    /// <summary>
    /// Asks the gateway in a signed call about a payment that cannot exist, and whatever else changes nothing. A gateway that answers "does not
    /// exist" has accepted our key, and where it signs that answer, its key here is right. The host limits the time.
    /// </summary>
    /// <param name="nobody">A number that was made for this question and was never used.</param>
    /// <param name="cancellationToken">Ends the call; the exception propagates.</param>
    Task<IReadOnlyList<PreflightLine>> AskAsync(PaymentReference nobody, CancellationToken cancellationToken);
}
