namespace Modular.Payments.Abstractions.Statements;

/// <summary>
/// Reads another stream and gives up with a <see cref="StatementException"/> once it has yielded more than was agreed. It
/// goes around a download, and around a decompressing stream, where it also bounds how far the data may swell: a few
/// kilobytes can unfold to gigabytes, and the length that a file declares for itself proves nothing.
/// <para>
/// Reads forward alone and holds nothing. The inner stream is disposed with it. Not thread-safe, as streams are not.
/// </para>
/// </summary>
public sealed class BoundedReadStream : Stream
{
    /// <summary>Below so many bytes the ratio is not looked at: short texts of one repeated line compress well and harm nobody.</summary>
    private const long RatioFromBytes = 1024 * 1024;

    private readonly Stream inner;
    private readonly long maxBytes;
    private readonly Func<long>? compressedBytes;
    private readonly int maxRatio;

    /// <summary>Bounds the bytes alone.</summary>
    /// <param name="inner">What is read.</param>
    /// <param name="maxBytes">How many bytes it may yield; reading exactly so many is allowed.</param>
    public BoundedReadStream(Stream inner, long maxBytes)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        this.inner = inner;
        this.maxBytes = maxBytes;
    }

    /// <summary>Bounds the bytes and how many of them each compressed byte may become.</summary>
    /// <param name="inner">The decompressing stream.</param>
    /// <param name="maxBytes">How many bytes it may yield.</param>
    /// <param name="compressedBytes">
    /// How many compressed bytes have been taken so far, for example <see cref="BytesRead"/> of the stream around the download,
    /// or the compressed length of an archive's entry.
    /// </param>
    /// <param name="maxRatio">How many bytes one compressed byte may become on average once the first mebibyte has passed; deflate reaches 1032.</param>
    public BoundedReadStream(Stream inner, long maxBytes, Func<long> compressedBytes, int maxRatio)
        : this(inner, maxBytes)
    {
        ArgumentNullException.ThrowIfNull(compressedBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRatio, 1);
        this.compressedBytes = compressedBytes;
        this.maxRatio = maxRatio;
    }

    /// <summary>How many bytes have been read.</summary>
    public long BytesRead { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => BytesRead;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Count(inner.Read(buffer));

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        BytesRead += read;
        if (BytesRead > maxBytes)
        {
            throw new StatementException($"The bill is larger than {maxBytes} bytes, which is more than is read.");
        }

        if (compressedBytes is not null && BytesRead > RatioFromBytes && BytesRead / maxRatio > compressedBytes())
        {
            throw new StatementException($"The bill unfolds to more than {maxRatio} times its compressed size, as no bill does.");
        }

        return read;
    }
}
