using System.IO.Compression;
using Microsoft.Extensions.Options;

namespace Modular.Sandbox.WeChat.Bills;

/// <summary>A file that waits to be fetched.</summary>
internal sealed record BillDownload(string MchId, byte[] File, DateTimeOffset ExpiresAt);

/// <summary>The files behind the download_urls, each for a few minutes. Thread-safe.</summary>
internal sealed class BillDownloads(IOptions<SandboxOptions> options, TimeProvider time)
{
    private const int Most = 100;
    private const int BombMebibytes = 1024;

    private readonly TimeSpan lifetime = Durations.Parse(options.Value.WeChat.Bills.LinkLifetime);
    private readonly Lock gate = new();
    private readonly Dictionary<string, BillDownload> waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> order = [];

    /// <returns>The token of the address.</returns>
    public string Offer(string mchId, byte[] file)
    {
        var token = Digits.Token(43);
        lock (gate)
        {
            waiting.Add(token, new BillDownload(mchId, file, time.GetUtcNow() + lifetime));
            order.Enqueue(token);
            if (order.Count > Most)
            {
                waiting.Remove(order.Dequeue());
            }
        }

        return token;
    }

    /// <summary>Null when the token was never given out or is over.</summary>
    public BillDownload? Find(string token)
    {
        lock (gate)
        {
            return waiting.TryGetValue(token, out var found) && found.ExpiresAt > time.GetUtcNow() ? found : null;
        }
    }

    public static byte[] Gzip(byte[] text)
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(text);
        }

        return file.ToArray();
    }

    /// <summary>About a mebibyte that unfolds to a gibibyte of empty lines.</summary>
    public static byte[] Bomb()
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
        {
            var lines = new byte[1024 * 1024];
            lines.AsSpan().Fill((byte)'\n');
            for (var count = 0; count < BombMebibytes; count++)
            {
                gzip.Write(lines);
            }
        }

        return file.ToArray();
    }
}
