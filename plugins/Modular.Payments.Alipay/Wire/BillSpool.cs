using System.Buffers.Binary;
using System.IO.Compression;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// The downloaded ZIP file. Its table of contents stands at the end, so it lies in a temporary file until it is read;
/// the file is only this user's and goes away with the spool. Nothing in it is ever unpacked to a name of its own.
/// </summary>
internal sealed class BillSpool : IDisposable
{
    // A bill has two entries. The bounds are looked at before the table is read, because reading it makes an object of each.
    private const int MaxEntries = 16;
    private const int MaxDirectoryBytes = 16 * 1024;
    private const int EndLength = 22;
    private const long MaxEntryBytes = 4L * 1024 * 1024 * 1024;
    private const int MaxRatio = 200;

    private readonly FileStream file = StatementFile.Create(".zip");

    private ZipArchive? archive;

    /// <summary>Where the temporary file is.</summary>
    public string FileName => file.Name;

    /// <summary>Whether what was downloaded begins as ZIP files do.</summary>
    public bool IsZip { get; private set; }

    public async Task FillAsync(Stream download, CancellationToken cancellationToken)
    {
        await download.CopyToAsync(file, cancellationToken);
        file.Position = 0;
        var head = new byte[4];
        IsZip = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken) == head.Length
            && head.AsSpan() is [(byte)'P', (byte)'K', 3, 4] or [(byte)'P', (byte)'K', 5, 6];
    }

    /// <summary>The one entry whose name ends with <paramref name="ending"/>, unpacked as it is read and no further than is agreed.</summary>
    public BoundedReadStream Open(string ending)
    {
        CheckDirectory();

        // The names are GBK without the flag of UTF-8, and UTF-8 where that flag is set.
        archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true, Charsets.BillNames);
        var matching = archive.Entries.Where(entry => entry.FullName.EndsWith(ending, StringComparison.Ordinal) && entry.FullName.AsSpan().IndexOfAny('/', '\\') < 0).ToArray();
        return matching.Length == 1
            ? new BoundedReadStream(matching[0].Open(), MaxEntryBytes, () => matching[0].CompressedLength, MaxRatio)
            : throw new StatementException($"The bill's ZIP file has {matching.Length} files named …{ending} instead of one.");
    }

    public void Dispose()
    {
        archive?.Dispose();
        file.Dispose();
    }

    /// <summary>Reads the end record by itself: how many entries there are and how long their table is.</summary>
    private void CheckDirectory()
    {
        var tail = new byte[(int)Math.Min(file.Length, EndLength + ushort.MaxValue)];
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        var at = tail.AsSpan().LastIndexOf("PK\x05\x06"u8);
        if (at < 0 || at + EndLength > tail.Length)
        {
            throw new StatementException("The bill's ZIP file is cut off: its table of contents is missing.");
        }

        var end = tail.AsSpan(at);
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        var directoryBytes = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        var directoryAt = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        var commentBytes = BinaryPrimitives.ReadUInt16LittleEndian(end[20..]);
        if (entries > MaxEntries || directoryBytes > MaxDirectoryBytes)
        {
            throw new StatementException($"The bill's ZIP file has more than {MaxEntries} entries, or names longer than any bill's.");
        }

        // The table must be exactly what lies before its end, or the reader would walk over more than the end declares.
        if (directoryAt + (long)directoryBytes != file.Length - tail.Length + at || at + EndLength + commentBytes != tail.Length)
        {
            throw new StatementException("The bill's ZIP file contradicts itself about its table of contents.");
        }

        file.Position = 0;
    }
}
