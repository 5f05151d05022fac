using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// Examines requests with the doctors of the plugins, also for instances whose settings are wrong. It explains and decides
/// nothing; no network and no database is used. Thread-safe.
/// </summary>
public sealed class SignatureDoctor
{
    private readonly ProviderCatalogue providers;
    private readonly TimeProvider time;

    internal SignatureDoctor(ProviderCatalogue providers, TimeProvider time) => (this.providers, this.time) = (providers, time);

    /// <summary>What came of asking the doctor.</summary>
    public abstract record Outcome
    {
        private Outcome()
        {
        }

        /// <summary>The request was examined.</summary>
        public sealed record Examined(Diagnosis Diagnosis) : Outcome;

        /// <summary>There is no such instance; <paramref name="Names"/> are those that exist.</summary>
        public sealed record UnknownInstance(IReadOnlyList<string> Names) : Outcome;

        /// <summary>The instance's plugin cannot be asked.</summary>
        /// <param name="Detail">One sentence: why.</param>
        public sealed record Unable(string Detail) : Outcome;
    }

    /// <summary>A doctor for a program that is no shop: it reads the same configuration, and nothing else is started.</summary>
    /// <exception cref="InvalidOperationException">The configuration cannot be read; the message says why.</exception>
    public static SignatureDoctor Offline(IConfiguration configuration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new SignatureDoctor(new ProviderCatalogue(configuration, PaymentsOptions.From(configuration), time, NullLogger<ProviderCatalogue>.Instance), time);
    }

    /// <summary>Examines a request that somebody kept. Where its length and its head disagree, the reading that explains it counts.</summary>
    public Outcome Examine(string instance, CapturedRequest captured)
    {
        ArgumentNullException.ThrowIfNull(captured);
        if (captured.Surplus > 0)
        {
            var asReadByServers = Examine(instance, captured.WithoutSurplus());
            var isLineEnd = !captured.Request.Body.Span[^captured.Surplus..].ContainsAnyExcept((byte)'\r', (byte)'\n');
            if (asReadByServers is not Outcome.Examined { Diagnosis.IsValid: false } || isLineEnd)
            {
                return asReadByServers;
            }
        }

        return Examine(instance, captured.Request);
    }

    /// <summary>Examines a request.</summary>
    /// <param name="instance">The name of the instance that it was sent to.</param>
    /// <param name="request">The request.</param>
    /// <param name="maxTrials">How many signatures may be computed; null for as many as suit a person who waits.</param>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A plugin's doctor is foreign code and only explains; whatever it throws, the message stays refused.")]
    public Outcome Examine(string instance, RawRequest request, int? maxTrials = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (providers.Configured.FirstOrDefault(configured => configured.Name == instance) is not { } examined)
        {
            return new Outcome.UnknownInstance([.. providers.Configured.Select(configured => configured.Name)]);
        }

        if (examined.Plugin is not IDiagnosingPlugin doctor)
        {
            return new Outcome.Unable(examined.Problem ?? $"The plugin {examined.PluginName} cannot explain signatures.");
        }

        var others = providers.Configured.Where(configured => configured != examined).Select(configured => new ConfiguredInstance(configured.Name, configured.Settings)).ToArray();
        var question = new DiagnosisRequest(request, examined.Settings, others, time.GetUtcNow()) { Running = providers.Find(instance)?.Provider };
        try
        {
            var diagnosis = doctor.Diagnose(maxTrials is { } max ? question with { MaxTrials = max } : question);
            return new Outcome.Examined(new Redaction([examined.Settings, .. others.Select(other => other.Settings)]).Of(diagnosis));
        }
        catch (Exception e)
        {
            return new Outcome.Unable($"The plugin {examined.PluginName} failed while it examined the request ({e.GetType().Name}).");
        }
    }
}
