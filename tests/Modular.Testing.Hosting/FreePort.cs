using System.Net;
using System.Net.Sockets;

namespace Modular.Testing.Hosting;

/// <summary>Finds an address on which nobody listens.</summary>
public static class FreePort
{
    public static Uri Address()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
