using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Modular.Process.Tests.Support;

/// <summary>Requests written byte by byte, as no client library would.</summary>
public static class Raw
{
    /// <summary>Sends one request and reads the answer to its end.</summary>
    public static async Task<(int Status, string Text)> AskAsync(Uri address, string request, CancellationToken cancellationToken)
    {
        using var client = await ConnectAsync(address, cancellationToken);
        await client.SendAsync(Encoding.Latin1.GetBytes(request), cancellationToken);
        var text = await ReadAsync(client, cancellationToken);
        return (Status(text), text);
    }

    /// <summary>Sends a beginning and then a little every second until the server ends it. The status, or 0 when there was none.</summary>
    public static async Task<int> TrickleAsync(Uri address, string beginning, string more, CancellationToken cancellationToken)
    {
        using var client = await ConnectAsync(address, cancellationToken);
        using var pause = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var answer = ReadAsync(client, cancellationToken);
        try
        {
            await client.SendAsync(Encoding.Latin1.GetBytes(beginning), cancellationToken);
            while (!answer.IsCompleted && await pause.WaitForNextTickAsync(cancellationToken))
            {
                await client.SendAsync(Encoding.Latin1.GetBytes(more), cancellationToken);
            }
        }
        catch (SocketException)
        {
            // The server has closed it, which is what the caller wants to know.
        }

        return Status(await answer);
    }

    /// <summary>Sends a beginning and then the same again and again, as fast as the server takes it, until it is answered.</summary>
    public static async Task<int> FloodAsync(Uri address, string beginning, string more, CancellationToken cancellationToken)
    {
        using var client = await ConnectAsync(address, cancellationToken);
        var answer = ReadAsync(client, cancellationToken);
        var bytes = Encoding.Latin1.GetBytes(more);
        try
        {
            await client.SendAsync(Encoding.Latin1.GetBytes(beginning), cancellationToken);
            while (!answer.IsCompleted)
            {
                await client.SendAsync(bytes, cancellationToken);
            }
        }
        catch (SocketException)
        {
            // As above.
        }

        return Status(await answer);
    }

    private static async Task<Socket> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port, cancellationToken);
        return client;
    }

    private static async Task<string> ReadAsync(Socket client, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await client.ReceiveAsync(buffer, cancellationToken)) > 0)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // Reset: what came before it counts.
        }

        return text.ToString();
    }

    private static int Status(string answer) =>
        answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
}
