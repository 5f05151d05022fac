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

        await using var app = SandboxApp.Create(args);
        await app.RunAsync();
        return 0;
    }
}
