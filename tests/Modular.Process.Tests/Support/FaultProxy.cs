using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Modular.Process.Tests.Support;

/// <summary>What a <see cref="FaultProxy"/> does with the connections that go through it.</summary>
public enum Fault
{
    None,

    /// <summary>What the client sends goes nowhere.</summary>
    RequestLost,

    /// <summary>The server hears the client and its answers go nowhere.</summary>
    ResponseLost,

    /// <summary>The answer ends in the middle, politely.</summary>
    CutMidBody,

    /// <summary>One byte of the answer, then silence.</summary>
    OneByteThenSilence,

    /// <summary>The client's first bytes are answered with a reset.</summary>
    Reset,

    /// <summary>The first COMMIT goes through, its answer does not, and the connection is reset.</summary>
    CutCommitAnswer,

    /// <summary>The connection is reset instead of passing the first COMMIT on.</summary>
    CutCommit,
}

/// <summary>Stands between the shop and something that it calls, and spoils the connection. The fault may change at any time.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private const int CutAfterBytes = 300;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Socket, byte> open = new();
    private readonly IPEndPoint target;
    private readonly Task accepting;
    private int spoilt;

    public FaultProxy(IPEndPoint target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Fault Fault { get; set; }

    /// <summary>How many connections the faults have hit.</summary>
    public int Spoilt => Volatile.Read(ref spoilt);

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        foreach (var socket in open.Keys)
        {
            socket.Dispose();
        }

        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(stopping.Token);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                open[client] = open[server] = 0;
                await server.ConnectAsync(target, stopping.Token);
                client.NoDelay = server.NoDelay = true;
                var connection = new Connection();
                _ = PumpAsync(client, server, connection, fromClient: true);
                _ = PumpAsync(server, client, connection, fromClient: false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy or its target has ended.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Connection connection, bool fromClient)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            while (true)
            {
                var count = await from.ReceiveAsync(buffer, stopping.Token);
                if (count == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                var pass = fromClient ? FromClient(buffer.AsMemory(0, count), connection) : FromServer(count, connection);
                await to.SendAsync(buffer.AsMemory(0, Math.Min(pass, count)), stopping.Token);
                if (connection.Reset || connection.Ended)
                {
                    End(from, connection.Reset);
                    End(to, connection.Reset);
                    return;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            End(from, reset: false);
            End(to, reset: false);
        }
    }

    /// <summary>How many of the client's bytes are passed on.</summary>
    private int FromClient(ReadOnlyMemory<byte> bytes, Connection connection)
    {
        switch (Fault)
        {
            case Fault.RequestLost:
                Interlocked.Increment(ref spoilt);
                return 0;
            case Fault.Reset:
                Interlocked.Increment(ref spoilt);
                connection.Reset = true;
                return 0;
            case Fault.CutCommit when bytes.Span.IndexOf("COMMIT"u8) >= 0:
                Fault = Fault.None;
                Interlocked.Increment(ref spoilt);
                connection.Reset = true;
                return 0;
            case Fault.CutCommitAnswer when bytes.Span.IndexOf("COMMIT"u8) >= 0:
                Fault = Fault.None;
                Interlocked.Increment(ref spoilt);
                connection.AnswerIsCut = true;
                return bytes.Length;
            default:
                return bytes.Length;
        }
    }

    /// <summary>How many of the server's bytes are passed on.</summary>
    private int FromServer(int count, Connection connection)
    {
        if (connection.AnswerIsCut)
        {
            connection.Reset = true;
            return 0;
        }

        switch (Fault)
        {
            case Fault.ResponseLost:
                Interlocked.Increment(ref spoilt);
                return 0;
            case Fault.OneByteThenSilence:
                Interlocked.Increment(ref spoilt);
                var first = !connection.HasAnswered;
                connection.HasAnswered = true;
                return first ? 1 : 0;
            case Fault.CutMidBody:
                connection.Passed += count;
                var ends = connection.Passed >= CutAfterBytes;
                connection.Ended = ends;
                if (ends)
                {
                    Interlocked.Increment(ref spoilt);
                }

                return ends ? count - (connection.Passed - CutAfterBytes) : count;
            default:
                return count;
        }
    }

    private void End(Socket socket, bool reset)
    {
        if (open.TryRemove(socket, out _))
        {
            if (reset)
            {
                // Zero seconds of lingering make the kernel send a reset instead of a polite end.
                socket.LingerState = new LingerOption(true, 0);
            }

            socket.Dispose();
        }
    }

    private sealed class Connection
    {
        public volatile bool Reset;
        public volatile bool Ended;
        public volatile bool AnswerIsCut;
        public bool HasAnswered;
        public int Passed;
    }
}
