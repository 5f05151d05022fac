using System.Text;
using CsCheck;
using Modular.Kernel;

namespace Modular.Tests.Kernel;

public sealed class StoredTextTests
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Fact]
    public void Whatever_was_written_fits_its_column_and_is_text_that_a_database_takes() =>
        Gen.Select(Gen.Char.Array[0, 40].Select(units => new string(units)), Gen.Int[1, 20]).Sample((text, length) =>
        {
            var kept = StoredText.Cut(text, length);
            return kept.Length <= length && !kept.Contains('\0', StringComparison.Ordinal) && Strict.GetByteCount(kept) >= kept.Length;
        });

    [Theory]
    [InlineData("付款成功", 2, "付款")]
    [InlineData("a😀b", 2, "a")]
    [InlineData("a😀b", 3, "a😀")]
    [InlineData("a\0b", 2, "ab")]
    public void A_cut_falls_between_characters(string text, int length, string kept) => Assert.Equal(kept, StoredText.Cut(text, length));

    [Fact]
    public void Half_a_character_becomes_the_sign_for_one() => Assert.Equal("a\ufffdb", StoredText.Cut(new string(['a', '\ud83d', 'b']), 3));
}
