using System.Text.Encodings.Web;
using System.Text.Json;
using Modular.Kernel;
using Modular.Payments;
using Modular.Payments.Abstractions.Preflight;

namespace Modular.Web.Hosting;

/// <summary>
/// <c>check [--instance NAME] [--offline] [--json]</c>: tests the provider instances before they go live, with the shop's configuration alone.
/// Ends with 0 when nothing fails, 1 when something does and 2 when it cannot be run.
/// </summary>
internal static class Check
{
    private const int Ready = 0;
    private const int NotReady = 1;
    private const int CannotTell = 2;
    private const string Usage = "Use: dotnet Modular.Web.dll check [--instance <name>] [--offline] [--json], with the shop's settings";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(string[] args)
    {
        if (Options.Read(args, out var settings) is not { } options)
        {
            return Fail(Usage);
        }

        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            interrupted.Cancel();
        };
        try
        {
            var runner = PreflightRunner.From(Shop.Builder(settings).Configuration, TimeProvider.System);
            if (options.Instance is { } name && !runner.Instances.Contains(name))
            {
                return Fail(runner.Instances.Count == 0
                    ? $"There is no provider instance {name}: no Modular:Providers are configured here."
                    : $"There is no provider instance {name}; there are: {string.Join(", ", runner.Instances)}.");
            }

            return runner.Instances.Count == 0
                ? Fail("No Modular:Providers are configured here: there is nothing to check, and nobody could pay.")
                : Print(await runner.RunAsync(options.Instance, options.Offline, interrupted.Token), options.Json);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or InvalidDataException)
        {
            return Fail($"The configuration cannot be read: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            return Fail("Interrupted.");
        }
    }

    private static int Print(IReadOnlyList<InstancePreflight> found, bool asJson)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput());
        var ready = found.All(instance => instance.Passes);
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    Verdict = ready ? "pass" : "fail",
                    Instances = found.Select(instance => new
                    {
                        instance.Instance,
                        instance.Plugin,
                        Lines = instance.Lines.Select(line => new { Level = line.Level.ToText(), line.What, line.Sentence, line.Remedy }),
                    }),
                },
                Json));
            return ready ? Ready : NotReady;
        }

        foreach (var instance in found)
        {
            output.WriteLine($"{instance.Instance} ({instance.Plugin})");
            foreach (var line in instance.Lines)
            {
                output.WriteLine($"  {line.Level.ToText()}  {line.What}: {line.Sentence} {line.Remedy}".TrimEnd());
            }

            output.WriteLine();
        }

        var lines = found.SelectMany(instance => instance.Lines).ToLookup(line => line.Level);
        output.WriteLine($"{lines[PreflightLevel.Pass].Count()} pass, {lines[PreflightLevel.Warn].Count()} warn, {lines[PreflightLevel.Fail].Count()} fail");
        return ready ? Ready : NotReady;
    }

    private static int Fail(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return CannotTell;
    }

    /// <summary>The command's own options; everything else is configuration, as for the shop itself.</summary>
    private sealed record Options(string? Instance, bool Offline, bool Json)
    {
        /// <summary>Null when the command is written wrongly.</summary>
        public static Options? Read(string[] args, out string[] settings)
        {
            var options = new Options(null, false, false);
            var rest = new List<string>();
            settings = [];
            for (var i = 0; i < args.Length; i++)
            {
                switch (args[i])
                {
                    case "--json":
                        options = options with { Json = true };
                        break;
                    case "--offline":
                        options = options with { Offline = true };
                        break;
                    case "--instance" when i + 1 < args.Length && args[i + 1].Length > 0:
                        options = options with { Instance = args[++i] };
                        break;
                    case var text when text.StartsWith("--instance=", StringComparison.Ordinal) && text.Length > "--instance=".Length:
                        options = options with { Instance = text["--instance=".Length..] };
                        break;
                    case var text when !text.StartsWith("--instance", StringComparison.Ordinal) && text.Contains('=', StringComparison.Ordinal):
                        rest.Add(text);
                        break;
                    // A setting in two words, as the shop takes it.
                    case var text when text.StartsWith("--", StringComparison.Ordinal) && text.Contains(':', StringComparison.Ordinal) && i + 1 < args.Length:
                        rest.AddRange([text, args[++i]]);
                        break;
                    default:
                        return null;
                }
            }

            settings = [.. rest];
            return options;
        }
    }
}
