using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Modular.Testing.Hosting;

/// <summary>
/// Finds an address on which nobody listens, and gives none twice. Between finding it and listening there, databases are made and programs
/// started, so it comes from below the ports that the system gives to outgoing connections and to whoever does not care. Thread-safe.
/// </summary>
public static class FreePort
{
    private const int First = 15_000;
    private const int Count = 17_000;

    private static int last = RandomNumberGenerator.GetInt32(Count);

    public static Uri Address()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + ((Interlocked.Increment(ref last) & int.MaxValue) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return new Uri($"http://127.0.0.1:{port}");
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }

        throw new InvalidOperationException($"Nothing is free from port {First} to {First + Count - 1}.");
    }
}
