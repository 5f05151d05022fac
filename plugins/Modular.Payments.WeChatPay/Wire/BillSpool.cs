using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Security.Cryptography;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// The downloaded bill. It lies compressed in a temporary file until it is read, because an address lives for minutes and reading
/// may take longer; the file is only this user's and goes away with the spool. The hash is taken on the way, of what was
/// downloaded and of what that unfolds to: WeChat Pay's own sample takes the latter, its documentation does not say.
/// </summary>
[SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "WeChat Pay offers no other hash of a bill; the hash itself comes in a signed answer.")]
internal sealed class BillSpool : IDisposable
{
    private const long MaxBytes = 4L * 1024 * 1024 * 1024;
    private const int MaxRatio = 200;

    private readonly IncrementalHash downloaded = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private readonly IncrementalHash unfolded = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private readonly FileStream file = StatementFile.Create(".csv.gz");

    private bool isGzip;

    public async Task FillAsync(Stream download, CancellationToken cancellationToken)
    {
        await new HashedReadStream(download, downloaded).CopyToAsync(file, cancellationToken);
        file.Position = 0;
        var head = new byte[2];
        isGzip = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken) == head.Length && head.AsSpan() is [0x1f, 0x8b];
        file.Position = 0;
    }

    /// <summary>The bill's text, unfolded as it is read and no further than is agreed. A bill that was not compressed is read as it is.</summary>
    public Stream Open()
    {
        // Disposing the outermost stream closes the file, and with that it is gone.
        var packed = new BoundedReadStream(file, MaxBytes);
        var text = isGzip ? new BoundedReadStream(new GZipStream(packed, CompressionMode.Decompress), MaxBytes, () => packed.BytesRead, MaxRatio) : packed;
        return new HashedReadStream(text, unfolded);
    }

    /// <summary>Compares, once all of it has been read.</summary>
    /// <param name="hash">40 hexadecimal digits.</param>
    public void CheckHash(string hash)
    {
        var expected = Convert.FromHexString(hash);
        if (!unfolded.GetHashAndReset().AsSpan().SequenceEqual(expected) && !downloaded.GetHashAndReset().AsSpan().SequenceEqual(expected))
        {
            throw new StatementException("The bill's hash is not the one that WeChat Pay signed: what was downloaded is cut off or is not the bill.");
        }
    }

    public void Dispose()
    {
        file.Dispose();
        downloaded.Dispose();
        unfolded.Dispose();
    }
}
