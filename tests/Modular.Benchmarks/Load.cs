using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Modular.Benchmarks;

/// <summary>Posts prepared bodies over a fixed number of kept connections, with as little work of its own as a client can do.</summary>
internal static class Load
{
    /// <summary>Posts every body once and returns the rate per second.</summary>
    /// <exception cref="InvalidOperationException">An answer is not 200 with the body <c>success</c>.</exception>
    public static async Task<double> PostAsync(Uri url, IReadOnlyList<byte[]> bodies, int connections)
    {
        var requests = bodies.Select(body => Request(url, body)).ToArray();
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, url.Port));
            var buffer = new byte[4096];
            for (var index = Interlocked.Increment(ref next); index < requests.Length; index = Interlocked.Increment(ref next))
            {
                await socket.SendAsync(requests[index]);
                await AnswerAsync(socket, buffer);
            }
        })));
        return requests.Length / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static byte[] Request(Uri url, byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"POST {url.AbsolutePath} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: {body.Length}\r\n\r\n"),
        .. body,
    ];

    private static async Task AnswerAsync(Socket socket, byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            if (read == 0)
            {
                throw new InvalidOperationException("The server closed the connection.");
            }

            length += read;
            var text = buffer.AsSpan(0, length);
            if (text.IndexOf("\r\n\r\n"u8) >= 0 && text.EndsWith("success"u8))
            {
                if (!text.StartsWith("HTTP/1.1 200"u8))
                {
                    throw new InvalidOperationException(Encoding.ASCII.GetString(text));
                }

                return;
            }

            if (!text.StartsWith("HTTP/1.1 200"u8))
            {
                throw new InvalidOperationException(Encoding.ASCII.GetString(text));
            }
        }
    }
}
