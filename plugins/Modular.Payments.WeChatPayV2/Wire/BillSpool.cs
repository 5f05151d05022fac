using System.IO.Compression;
using System.Text;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// What came for a bill. It lies in a temporary file until it is read, as it was sent, because reading may take longer than a
/// connection lives; the file is only this user's and goes away with the spool.
/// </summary>
internal sealed class BillSpool : IDisposable
{
    private const long MaxBytes = 4L * 1024 * 1024 * 1024;
    private const int MaxRatio = 200;

    private readonly FileStream file = StatementFile.Create(".csv.gz");

    private bool isGzip;

    public async Task FillAsync(Stream download, CancellationToken cancellationToken)
    {
        await download.CopyToAsync(file, cancellationToken);
        var head = await HeadAsync(2, cancellationToken);
        isGzip = head is [0x1f, 0x8b];
    }

    /// <summary>The message that came instead of a bill; null when a bill came. A bill begins with a column's name, and XML with an angle bracket.</summary>
    public async Task<byte[]?> MessageAsync(CancellationToken cancellationToken)
    {
        var head = await HeadAsync(XmlMessage.MaxBytes + 1, cancellationToken);
        var text = head.AsSpan();
        return (text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text).TrimStart(" \t\r\n"u8).StartsWith("<"u8) ? head : null;
    }

    /// <summary>The bill's text, unfolded as it is read and no further than is agreed. A bill that was not compressed is read as it is.</summary>
    public Stream Open()
    {
        // Disposing the outermost stream closes the file, and with that it is gone.
        var packed = new BoundedReadStream(file, MaxBytes);
        return isGzip ? new BoundedReadStream(new GZipStream(packed, CompressionMode.Decompress), MaxBytes, () => packed.BytesRead, MaxRatio) : packed;
    }

    public void Dispose() => file.Dispose();

    private async Task<byte[]> HeadAsync(int length, CancellationToken cancellationToken)
    {
        file.Position = 0;
        var head = new byte[length];
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        file.Position = 0;
        return head[..read];
    }
}
