using System.Globalization;
using System.Net;
using Npgsql;

namespace Modular.Process.Tests.Support;

/// <summary>A PostgreSQL server of a test's own, which may be killed. It keeps its durability, unlike the server of the other tests.</summary>
public sealed class PrivatePostgreSql : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private readonly string bin;
    private readonly int port;
    private Program? server;

    private PrivatePostgreSql(string bin, DirectoryInfo folder, int port) => (this.bin, this.folder, this.port) = (bin, folder, port);

    public string ConnectionString => $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Maximum Pool Size=40";

    public IPEndPoint EndPoint => new(IPAddress.Loopback, port);

    public static async Task<PrivatePostgreSql> StartAsync()
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).LastOrDefault(path => File.Exists(Path.Combine(path, "initdb")))
            : null;
        Assert.True(bin is not null, "There is no PostgreSQL server below /usr/lib/postgresql: install it, or run the tests with build/test, which does.");

        // Short, because the path of a socket may have about a hundred bytes.
        var folder = Directory.CreateDirectory(Path.Combine("/tmp", $"modular-pg.{Environment.ProcessId}.{FreePort.Address().Port}"));
        if (IsRoot)
        {
            var (code, text) = await Program.RunAsync("chown", ["nobody:nogroup", folder.FullName]);
            Assert.True(code == 0, text);
        }

        var postgres = new PrivatePostgreSql(bin, folder, FreePort.Address().Port);
        var (exit, output) = await Program.RunAsync("/usr/bin/env", postgres.AsPostgres("initdb", "-D", postgres.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"), folder: "/");
        Assert.True(exit == 0, output);
        await postgres.StartServerAsync();
        return postgres;
    }

    public async Task StartServerAsync()
    {
        server = Program.Start(
            "/usr/bin/env",
            AsPostgres("postgres", "-D", Data, "-p", port.ToString(CultureInfo.InvariantCulture), "-k", folder.FullName, "-c", "listen_addresses=127.0.0.1"),
            new Dictionary<string, string?>(),
            "/");
        await Eventually.BecomesAsync(true, async () =>
        {
            Assert.False(server.HasExited, server.Output);
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false;Timeout=2");
                await connection.OpenAsync();
                return true;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        });
    }

    /// <summary>Kills the server with all its processes at once, as when the machine loses its power.</summary>
    public async Task KillAsync()
    {
        // It gets no further than this while its children are looked for.
        Program.Signal(server!.Id, Program.SigStop);
        var children = Directory.GetDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && ParentOf(id) == server!.Id)
            .ToArray();
        Program.Signal(server!.Id, Program.SigKill);
        foreach (var child in children)
        {
            Program.Signal(child, Program.SigKill);
        }

        await server.EndsAsync(TimeSpan.FromSeconds(10));
        await server.DisposeAsync();
        // A new server refuses to start while a process of the old one lives.
        await Eventually.BecomesAsync(true, () => Task.FromResult(children.All(child => ParentOf(child) == 0)));
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        NpgsqlConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(folder.FullName, "data");

    private IEnumerable<string> AsPostgres(string program, params string[] arguments)
    {
        // initdb and the server refuse root.
        string[] user = IsRoot ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];
        return [.. user, Path.Combine(bin, program), .. arguments];
    }

    /// <summary>The parent of a process; 0 when there is no such process or only its remains.</summary>
    private static int ParentOf(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? 0 : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
