namespace Modular.Payments.Abstractions.Doctor;

/// <summary>
/// A plugin that can say why a message's signature is not right. Implemented by the class that implements
/// <see cref="IPaymentPlugin"/>, and not by the provider, because the commonest reasons are settings with which no provider
/// can be made.
/// </summary>
/// <remarks>
/// A diagnosis explains and never settles: the host goes on refusing what it refused. A harmless cause is named only when the
/// signature itself proves it, that is when it is right once the suspected fault is undone; causes that cannot be proved
/// that way are named from unambiguous structure alone. Otherwise <see cref="Diagnosis.Cause"/> is null. No network is used.
/// Implementations are thread-safe.
/// </remarks>
public interface IDiagnosingPlugin
{
    /// <summary>Examines one request. A <c>GET</c> is the browser's return, anything else a notification.</summary>
    Diagnosis Diagnose(DiagnosisRequest request);
}

/// <summary>What a plugin examines.</summary>
/// <param name="Request">The request as it arrived.</param>
/// <param name="Settings">The settings of the instance that it was sent to; they may be wrong or incomplete.</param>
/// <param name="Others">The other configured instances, of any plugin: whose keys may have signed the message.</param>
/// <param name="Now">The moment to compare timestamps with, UTC, when the request does not say when it arrived.</param>
public sealed record DiagnosisRequest(RawRequest Request, ProviderSettings Settings, IReadOnlyList<ConfiguredInstance> Others, DateTimeOffset Now)
{
    /// <summary>The running provider of the instance, which may know keys that no setting holds; null when there is none.</summary>
    public IPaymentProvider? Running { get; init; }

    /// <summary>How many signatures may be computed at most. A few hundred suit a server under load, the default suits a person who waits.</summary>
    public int MaxTrials { get; init; } = 8000;
}

/// <summary>A configured instance as a diagnosis sees it.</summary>
/// <param name="Name">The instance's name.</param>
/// <param name="Settings">Its settings, for keys to try; none of them may appear in a diagnosis.</param>
public sealed record ConfiguredInstance(string Name, ProviderSettings Settings);

/// <summary>What came of examining a request.</summary>
/// <param name="IsValid">Whether the plugin would take the message as it stands.</param>
/// <param name="Cause">One of <see cref="Causes.All"/>, or null when the message is valid or no cause is proved.</param>
/// <param name="Sentence">One sentence for the operator: what is known, and what to do.</param>
/// <param name="Canonical">The text that the signature was checked against, without secrets; empty when there is none.</param>
/// <param name="Key">What the operator knows the key by: a setting, a serial number, a key's id; never the key.</param>
public sealed record Diagnosis(bool IsValid, string? Cause, string Sentence, string Canonical, string Key)
{
    /// <summary>A message with a known cause; <paramref name="fact"/> is the sentence up to the colon, and the cause's remedy follows it.</summary>
    public static Diagnosis Of(string cause, string fact, string canonical, string key) =>
        new(false, cause, $"{fact}: {Causes.Of(cause).Remedy}.", canonical, key);

    /// <summary>A message whose fault the signature has proved.</summary>
    public static Diagnosis Of(Proof proof, string key)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return Of(proof.Cause, $"The signature is right with {key} when {proof.When}", proof.Canonical, key);
    }

    /// <summary>A message of which only <paramref name="sentence"/> is known.</summary>
    public static Diagnosis Unexplained(string sentence, string canonical, string key) => new(false, null, sentence, canonical, key);
}
