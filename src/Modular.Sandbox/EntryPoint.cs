using Modular.Sandbox.Setup;

namespace Modular.Sandbox;

/// <summary>Named, so that a test project may reference several programs without two classes called Program.</summary>
internal static class EntryPoint
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["init", .. var rest])
        {
            return InitCommand.Run(rest, Console.Out, Console.Error);
        }

        try
        {
            await using var app = SandboxApp.Create(args);
            await app.StartAsync();
            await Console.Out.WriteLineAsync($"Sandbox: {string.Join(", ", app.Urls)}");
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception cause) when (cause is IOException or InvalidOperationException or FormatException)
        {
            // A taken port or an unreadable key is an everyday mistake and deserves a sentence, not a stack trace.
            await Console.Error.WriteLineAsync($"The sandbox cannot start: {cause.Message}");
            return 1;
        }
    }
}
