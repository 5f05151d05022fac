using System.IO.Compression;
using CsCheck;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Statements.Tests;

/// <summary>The bounded stream and the amounts.</summary>
public sealed class BoundsTests
{
    [Fact]
    public async Task A_stream_may_be_as_long_as_agreed_and_no_byte_longer()
    {
        await new BoundedReadStream(new MemoryStream(new byte[1000]), 1000).CopyToAsync(Stream.Null, Token);
        await Assert.ThrowsAsync<StatementException>(() => new BoundedReadStream(new MemoryStream(new byte[1001]), 1000).CopyToAsync(Stream.Null, Token));
    }

    [Fact]
    public async Task A_gzip_bomb_ends_long_before_its_size()
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var mebibyte = 0; mebibyte < 64; mebibyte++)
            {
                await gzip.WriteAsync(zeros, Token);
            }
        }

        packed.Position = 0;
        await using var download = new BoundedReadStream(packed, 1024 * 1024);
        await using var unpacked = new BoundedReadStream(new GZipStream(download, CompressionMode.Decompress), long.MaxValue, () => download.BytesRead, maxRatio: 200);
        await Assert.ThrowsAsync<StatementException>(() => unpacked.CopyToAsync(Stream.Null, Token));
        Assert.InRange(unpacked.BytesRead, 1, 16 * 1024 * 1024);
    }

    [Fact]
    public void Every_amount_is_read_as_it_was_written()
    {
        Gen.Select(Gen.Long[-Money.MaxMinor, Money.MaxMinor], Gen.Int[0, 6]).Sample((fen, zeros) =>
        {
            var text = (fen < 0 ? "-" : "") + Money.Cny(Math.Abs(fen)).ToDecimalString() + new string('0', zeros);
            Assert.True(StatementAmount.TryReadYuan(text, out var read));
            Assert.Equal(fen, read);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("--1")]
    [InlineData("+1")]
    [InlineData("1,000.00")]
    [InlineData("0.001")]
    [InlineData("0.00600")]
    [InlineData("1.")]
    [InlineData("1e3")]
    [InlineData("１.00")]
    [InlineData(" 1.00")]
    [InlineData("0.000000000")]
    public void What_is_no_exact_amount_is_refused(string text)
    {
        Assert.False(StatementAmount.TryReadYuan(text, out var fen));
        Assert.Equal(0, fen);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
