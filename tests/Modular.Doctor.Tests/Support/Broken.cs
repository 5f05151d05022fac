using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;

namespace Modular.Doctor.Tests.Support;

/// <summary>A request with one known fault, and what the doctor must say of it: a cause's code, or <c>valid</c>.</summary>
internal sealed record Broken(string Name, string Cause, RawRequest Request)
{
    public const string Valid = "valid";

    /// <summary>Settings that differ from the party's usual ones; a null value removes one.</summary>
    public Dictionary<string, string?> Changes { get; init; } = [];

    public IReadOnlyList<ConfiguredInstance> Others { get; init; } = [];
}

/// <summary>One plugin with the settings and the messages of its provider, all made here.</summary>
internal sealed record Party(string Name, IDiagnosingPlugin Plugin, IReadOnlyDictionary<string, string?> Settings, IReadOnlyList<Broken> Corpus, IReadOnlyList<string> Secrets)
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    // Not kept: a corpus whose making asks for the time would otherwise wait for itself.
    public static IReadOnlyList<Party> All => [AlipayCorpus.Party, WeChatPayCorpus.Party, WeChatPayV2Corpus.Party, AlipayDirectCorpus.Party];

    public static Party Named(string name) => All.Single(party => party.Name == name);

    public Diagnosis Diagnose(Broken broken) => Diagnose(broken.Request, With(broken.Changes), broken.Others);

    public Diagnosis Diagnose(RawRequest request, int maxTrials, IReadOnlyDictionary<string, string?>? changes = null) =>
        Plugin.Diagnose(new DiagnosisRequest(request, With(changes ?? new Dictionary<string, string?>()), [], Now) { MaxTrials = maxTrials });

    private Diagnosis Diagnose(RawRequest request, ProviderSettings settings, IReadOnlyList<ConfiguredInstance> others) =>
        Plugin.Diagnose(new DiagnosisRequest(request, settings, others, Now));

    private ProviderSettings With(IReadOnlyDictionary<string, string?> changes)
    {
        var settings = new Dictionary<string, string?>(Settings);
        foreach (var (name, value) in changes)
        {
            settings[name] = value;
        }

        return new ProviderSettings(settings);
    }
}
