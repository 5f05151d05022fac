using System.Text.Encodings.Web;
using System.Text.Json;
using Modular.Payments;
using Modular.Payments.Abstractions.Doctor;

namespace Modular.Web.Hosting;

/// <summary>
/// <c>diagnose --instance NAME --file REQUEST [--json]</c>: says why the signature of a captured HTTP request is not right. Works offline,
/// with the shop's configuration alone. Ends with 0 for a valid message, 1 for a refused one and 2 when it cannot be examined.
/// </summary>
internal static class Diagnose
{
    private const int Valid = 0;
    private const int Refused = 1;
    private const int CannotTell = 2;
    private const string Usage = "Use: dotnet Modular.Web.dll diagnose --instance <name> --file <raw HTTP request> [--json]";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static int Run(string[] args)
    {
        var (options, rest) = Split(args);
        if (options.GetValueOrDefault("--instance") is not { Length: > 0 } instance || options.GetValueOrDefault("--file") is not { Length: > 0 } file)
        {
            return Fail(Usage);
        }

        if (ReadFile(file, out var problem) is not { } bytes || CapturedRequest.Read(bytes, out problem) is not { } captured)
        {
            return Fail(problem!);
        }

        try
        {
            return SignatureDoctor.Offline(Shop.Builder(rest).Configuration, TimeProvider.System).Examine(instance, captured) switch
            {
                SignatureDoctor.Outcome.Examined examined => Print(examined.Diagnosis, options.ContainsKey("--json")),
                SignatureDoctor.Outcome.UnknownInstance { Names: [] } => Fail($"There is no provider instance {instance}: no Modular:Providers are configured here."),
                SignatureDoctor.Outcome.UnknownInstance unknown => Fail($"There is no provider instance {instance}; there are: {string.Join(", ", unknown.Names)}."),
                SignatureDoctor.Outcome.Unable unable => Fail(unable.Detail),
                var other => throw new InvalidOperationException($"There is no answer for {other.GetType().Name}."),
            };
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or InvalidDataException)
        {
            return Fail($"The configuration cannot be read: {e.Message}");
        }
    }

    private static int Print(Diagnosis diagnosis, bool asJson)
    {
        var verdict = diagnosis.IsValid ? "valid" : "refused";
        using var output = new StreamWriter(Console.OpenStandardOutput());
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(new { verdict, diagnosis.Cause, diagnosis.Sentence, diagnosis.Canonical }, Json));
        }
        else
        {
            output.WriteLine($"Verdict:   {verdict}{(diagnosis.Cause is null ? "" : $" ({diagnosis.Cause})")}");
            output.WriteLine(diagnosis.Sentence);
            output.WriteLine(diagnosis.Key.Length == 0 ? "Key:       none" : $"Key:       {diagnosis.Key}");
            output.WriteLine("Signed text:");
            output.WriteLine(diagnosis.Canonical);
        }

        return diagnosis.IsValid ? Valid : Refused;
    }

    private static byte[]? ReadFile(string file, out string? problem)
    {
        try
        {
            problem = null;
            using var input = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var bytes = new MemoryStream();
            var buffer = new byte[16 * 1024];
            for (int read; bytes.Length <= CapturedRequest.MaxBytes && (read = input.Read(buffer)) > 0;)
            {
                bytes.Write(buffer, 0, read);
            }

            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = $"The file {file} cannot be read ({e.GetType().Name}): name a file with one raw HTTP request.";
            return null;
        }
    }

    // Everything else is configuration, as for the shop itself.
    private static (Dictionary<string, string> Options, string[] Settings) Split(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i] : args[i][..equals];
            if (name == "--json")
            {
                options[name] = "";
            }
            else if (name is "--instance" or "--file")
            {
                options[name] = equals >= 0 ? args[i][(equals + 1)..] : i + 1 < args.Length ? args[++i] : "";
            }
            else
            {
                rest.Add(args[i]);
            }
        }

        return (options, [.. rest]);
    }

    private static int Fail(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return CannotTell;
    }
}
