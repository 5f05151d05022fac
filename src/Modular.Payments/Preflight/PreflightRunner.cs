using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Modular.Kernel;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>What a preflight found out about one instance.</summary>
/// <param name="Instance">The instance's name.</param>
/// <param name="Plugin">The plugin's assembly name as configured; may be empty.</param>
/// <param name="Lines">The lines, in the order in which one would look.</param>
public sealed record InstancePreflight(string Instance, string Plugin, IReadOnlyList<PreflightLine> Lines)
{
    /// <summary>Whether the instance may go live.</summary>
    public bool Passes => Lines.All(line => line.Level != PreflightLevel.Fail);
}

/// <summary>
/// Tests provider instances before they go live. It needs no database, changes nothing and starts no payment; a provider of its own is made
/// from the settings for each run. Thread-safe.
/// </summary>
public sealed class PreflightRunner
{
    private readonly ProviderCatalogue providers;
    private readonly PaymentsOptions options;
    private readonly TimeProvider time;

    internal PreflightRunner(ProviderCatalogue providers, PaymentsOptions options, TimeProvider time) =>
        (this.providers, this.options, this.time) = (providers, options, time);

    /// <summary>The configured instances.</summary>
    public IReadOnlyList<string> Instances => [.. providers.Configured.Select(configured => configured.Name)];

    /// <summary>A runner for a program that is no shop: it reads the same configuration, and nothing else is started.</summary>
    /// <exception cref="InvalidOperationException">The configuration cannot be read; the message says why.</exception>
    public static PreflightRunner From(IConfiguration configuration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = PaymentsOptions.From(configuration);
        return new PreflightRunner(new ProviderCatalogue(configuration, options, time, NullLogger<ProviderCatalogue>.Instance), options, time);
    }

    /// <summary>Tests all instances at once, or the one that <paramref name="instance"/> names; empty when there is none.</summary>
    /// <param name="instance">The instance, or null for all.</param>
    /// <param name="offline">Whether the network is left alone.</param>
    /// <param name="cancellationToken">Ends the run; the exception propagates.</param>
    public async Task<IReadOnlyList<InstancePreflight>> RunAsync(string? instance, bool offline, CancellationToken cancellationToken) =>
        await Task.WhenAll(providers.Configured
            .Where(configured => instance is null || configured.Name == instance)
            .Select(configured => RunAsync(configured, offline, cancellationToken)));

    private async Task<InstancePreflight> RunAsync(ConfiguredPlugin configured, bool offline, CancellationToken cancellationToken)
    {
        AnswerWatch watch = null!;
        using var http = ProviderHttp.Create(inner => watch = new AnswerWatch(inner, time));
        var (provider, refusal, problem) = Make(configured, http);
        var lines = new List<PreflightLine>();
        var ofPlugin = Check(configured);

        // The plugin reads its settings with the same code, so the same sentence is the same fault, and one line is enough for it.
        if (problem is null)
        {
            lines.Add(PreflightLine.Pass("settings", "The plugin takes the settings."));
        }
        else if (PreflightLine.Fail("settings", problem) is var fault && !ofPlugin.Any(line => line.Level == PreflightLevel.Fail && line.Sentence == fault.Sentence && line.Remedy == fault.Remedy))
        {
            lines.Add(fault);
        }

        lines.AddRange(ofPlugin);
        lines.Add(PublicUrl());
        if (!offline)
        {
            var asking = AskAsync(provider, watch, cancellationToken);
            var knocking = KnockAsync(configured.Name, refusal, cancellationToken);
            lines.AddRange(await asking);
            lines.AddRange(await knocking);
        }

        var redaction = new Redaction(providers.Configured.Select(other => other.Settings));
        return new InstancePreflight(configured.Name, configured.PluginName, [.. lines.Select(line => Shown(line, redaction))]);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A plugin that fails is the finding.")]
    private (IPaymentProvider? Provider, NotificationReply? Refusal, string? Problem) Make(ConfiguredPlugin configured, HttpClient http)
    {
        try
        {
            var provider = ProviderCatalogue.Create(configured, http, time);

            // What the shop asks of a provider before it takes it into service.
            _ = new ProviderInstance(configured.Name, configured.PluginName, configured.Plugin!, provider);
            return (provider, provider.Refuse(), null);
        }
        catch (ProviderSettingsException e)
        {
            return (null, null, e.Message);
        }
        catch (Exception e)
        {
            // A foreign exception's message might quote a setting; its type cannot.
            return (null, null, $"The plugin failed while it was configured ({e.GetType().Name}): ask whoever wrote it.");
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A plugin that fails is the finding.")]
    private IReadOnlyList<PreflightLine> Check(ConfiguredPlugin configured)
    {
        if (configured.Plugin is not IPreflightPlugin plugin)
        {
            return [];
        }

        try
        {
            return plugin.Check(new PreflightRequest(configured.Settings, time.GetUtcNow())) ?? [];
        }
        catch (Exception e)
        {
            return [PreflightLine.Fail("settings", $"The plugin failed while it checked the settings ({e.GetType().Name}).", "Ask whoever wrote it.")];
        }
    }

    private PreflightLine PublicUrl() => options switch
    {
        { PublicUrlProblem: { } problem } => PreflightLine.Fail("public url", problem),
        { PublicUrl: { IsLoopback: true } url } => PreflightLine.Warn(
            "public url", $"Modular:PublicUrl is {GateProbe.Plain(url)}, which only this machine reaches.", "Before going live set it to the shop's public https address: providers send their notifications there."),
        _ => PreflightLine.Pass("public url", $"Modular:PublicUrl is {GateProbe.Plain(options.PublicUrl!)}."),
    };

    private async Task<IReadOnlyList<PreflightLine>> KnockAsync(string instance, NotificationReply? refusal, CancellationToken cancellationToken)
    {
        if (options.PublicUrl is null)
        {
            return [];
        }

        var probe = new GateProbe(options, time);
        return await Task.WhenAll(probe.NotifyAsync(instance, refusal, cancellationToken), probe.ReturnAsync(instance, cancellationToken));
    }

    /// <summary>The lines about the gateway: whether it answers, what it says, and what time it is there.</summary>
    private async Task<IReadOnlyList<PreflightLine>> AskAsync(IPaymentProvider? provider, AnswerWatch watch, CancellationToken cancellationToken)
    {
        if (provider is null)
        {
            return [];
        }

        var said = await QuestionAsync(provider, cancellationToken);
        if (watch.First is not { } answer)
        {
            // A plugin that found something out has ways of its own to its gateway.
            return said.FirstOrDefault(line => line.Level == PreflightLevel.Fail) is { What: not "plugin" } why
                ? [PreflightLine.Fail("gateway", why.Sentence, "Check the gateway's address, this machine's name server, and that its firewall lets https out.")]
                : said;
        }

        var reached = PreflightLine.Pass("gateway", $"{answer.Host} answered with HTTP {answer.Status} after {answer.Took.TotalMilliseconds:0} ms.");
        if (watch.Clock() is not { } clock)
        {
            return [reached, .. said];
        }

        // With a wrong clock either side refuses what the other signs, whatever the keys: that is one fault and not two.
        return clock.Level != PreflightLevel.Fail
            ? [reached, clock, .. said]
            : [reached, clock, .. said.Select(line => line.Level == PreflightLevel.Fail ? line with { Level = PreflightLevel.Warn, Remedy = "Set the clock first and look again." } : line)];
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The contract says that any exception of a plugin means unknown.")]
    private async Task<IReadOnlyList<PreflightLine>> QuestionAsync(IPaymentProvider provider, CancellationToken cancellationToken)
    {
        var nobody = new PaymentReference(Numbers.Next(time), null, time.GetUtcNow());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.CallBudget);
        try
        {
            // Elsewhere, because a plugin may block before its first await.
            var asking = Task.Run(
                async () => provider is IPreflightProvider preflight ? await preflight.AskAsync(nobody, limit.Token) : [Judge(await provider.QueryAsync(nobody, limit.Token))],
                CancellationToken.None);
            return await asking.WaitAsync(options.CallBudget, cancellationToken) ?? [Judge(null)];
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return [PreflightLine.Fail("gateway", $"The gateway did not answer within {options.CallBudget.TotalSeconds:0.#} seconds.", "Look again later; if it stays so, ask the provider.")];
        }
        catch (Exception e)
        {
            return [PreflightLine.Fail("plugin", $"The plugin failed while it asked the gateway ({e.GetType().Name}).", "Ask whoever wrote it.")];
        }
    }

    private static PreflightLine Judge(QueryAnswer? answer) => answer switch
    {
        QueryAnswer.Known { Report.State: ReportedState.NotFound } =>
            PreflightLine.Pass("signed question", "The gateway took a signed question about a payment that does not exist, and said so."),
        QueryAnswer.Known => PreflightLine.Fail("signed question", "The gateway claims to know a payment that nobody ever made.", "Check that the gateway's address is the provider's own."),
        QueryAnswer.Unknown unknown => PreflightLine.Fail("signed question", unknown.Detail, "Compare account numbers and keys with the provider's console."),
        _ => PreflightLine.Fail("plugin", "The plugin returned nothing.", "Ask whoever wrote it."),
    };

    // What a gateway says ends on a terminal and in a page: no control characters, and no secret that it may have sent back.
    private static PreflightLine Shown(PreflightLine line, Redaction redaction) =>
        line with { What = Text(line.What, redaction), Sentence = Text(line.Sentence, redaction), Remedy = Text(line.Remedy, redaction) };

    private static string Text(string text, Redaction redaction) =>
        redaction.Of(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)));
}
