using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Modular.Testing;

/// <summary>
/// Runs a script of <c>tests/independent</c> in Node.js: code of other people that speaks the same protocol. The script
/// reads one JSON document from its standard input and writes one to its standard output.
/// </summary>
public static class IndependentParty
{
    /// <param name="authority">An authority in PEM that the script trusts besides the usual ones; null for none.</param>
    public static async Task<JsonNode> AskAsync(string script, object question, CancellationToken cancellationToken, string? authority = null)
    {
        var folder = Repository.PathOf("tests", "independent");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            throw new InvalidOperationException("The independent parties are not installed: run 'npm ci' in tests/independent, as build/test does.");
        }

        // Node.js reads further authorities once, from a file, when it starts.
        var trusted = authority is null ? null : Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("node", script)
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            if (trusted is not null)
            {
                await File.WriteAllTextAsync(trusted, authority, cancellationToken);
                start.Environment["NODE_EXTRA_CA_CERTS"] = trusted;
            }

            return await RunAsync(start, script, question, cancellationToken);
        }
        finally
        {
            if (trusted is not null)
            {
                File.Delete(trusted);
            }
        }
    }

    private static async Task<JsonNode> RunAsync(ProcessStartInfo start, string script, object question, CancellationToken cancellationToken)
    {
        using var node = Process.Start(start)!;
        var output = node.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = node.StandardError.ReadToEndAsync(cancellationToken);
        await node.StandardInput.WriteAsync(JsonSerializer.Serialize(question).AsMemory(), cancellationToken);
        node.StandardInput.Close();
        await node.WaitForExitAsync(cancellationToken);
        return node.ExitCode == 0
            ? JsonNode.Parse(await output)!
            : throw new InvalidOperationException($"{script} ended with {node.ExitCode}: {await errors}");
    }
}
