using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Modular.Process.Tests.Support;

/// <summary>
/// A program that a test starts, kills and listens to. Whatever happens, none outlives the tests: each is killed when it is
/// disposed, and those that are left when the tests' own process ends.
/// </summary>
public sealed class Program : IAsyncDisposable
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigStop = 19;
    public const int SigTerm = 15;

    private static readonly ConcurrentDictionary<int, Program> Running = new();

    private readonly System.Diagnostics.Process process;
    private readonly StringBuilder output = new();

    static Program() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var program in Running.Values)
        {
            program.process.Kill(entireProcessTree: true);
        }
    };

    private Program(System.Diagnostics.Process process) => this.process = process;

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <summary>Everything it wrote so far to standard output and standard error.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <param name="environment">Added to this process's environment, from which everything that configures a shop is taken away first. Null removes a variable.</param>
    public static Program Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, string? folder = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(ConfiguresAShop).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new System.Diagnostics.Process { StartInfo = start };
        var program = new Program(process);
        process.OutputDataReceived += program.Keep;
        process.ErrorDataReceived += program.Keep;
        process.Start();
        Running[process.Id] = program;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Runs a program to its end and returns what it wrote.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null, TimeSpan? within = null)
    {
        await using var program = Start(file, arguments, environment ?? new Dictionary<string, string?>(), folder);
        await program.EndsAsync(within ?? TimeSpan.FromMinutes(1));
        return (program.ExitCode, program.Output);
    }

    /// <summary>Kills it as the kernel does when memory runs out: it notices nothing.</summary>
    public async Task KillAsync()
    {
        _ = Signal(Id, SigKill);
        await EndsAsync(TimeSpan.FromSeconds(10));
    }

    public void Send(int signal) => _ = Signal(Id, signal);

    /// <summary>Sends a signal to the whole process group, as the terminal does on Ctrl-C. The program was started through setsid.</summary>
    public void SendToGroup(int signal) => _ = Signal(-Id, signal);

    public async Task EndsAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The program did not end within {within.TotalSeconds} seconds. Its output:\n{Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        Running.TryRemove(process.Id, out _);
        process.Dispose();
    }

    /// <summary>Sends a signal to any process of the tests' own.</summary>
    public static int Signal(int processId, int signal) => Kill(processId, signal);

    private static bool ConfiguresAShop(string name) =>
        name.StartsWith("Modular", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || name.StartsWith("ConnectionStrings", StringComparison.Ordinal) || name is "DOTNET_ENVIRONMENT" or "URLS";

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null)
        {
            lock (output)
            {
                output.Append(line.Data).Append('\n');
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
