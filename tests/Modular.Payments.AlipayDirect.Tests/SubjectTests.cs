using System.Text;
using CsCheck;
using Modular.Payments.AlipayDirect.Wire;

namespace Modular.Payments.AlipayDirect.Tests;

public sealed class SubjectTests
{
    [Theory]
    [InlineData("utf-8")]
    [InlineData("gbk")]
    public void A_subject_is_cleaned_to_alipays_rules_and_never_broken(string charset)
    {
        var ours = Charset.Named(charset)!;
        Gen.String[Gen.Frequency((8, Gen.Char), (1, Gen.Char["=&"])), 0, 700].Sample(
            text =>
            {
                var clean = SubjectText.Clean(text, ours, "P1");

                // The encoding throws for what it does not have.
                return ours.Encoding.GetByteCount(clean) is > 0 and <= 256
                    && clean.LastIndexOf('=') <= (clean.IndexOf('&', StringComparison.Ordinal) is var at and >= 0 ? at : clean.Length)
                    && !clean.Any(char.IsControl)
                    && SubjectText.Clean(clean, ours, "P1") == clean;
            },
            iter: 2000);
    }

    [Fact]
    public void A_subject_keeps_its_words_and_whole_characters()
    {
        Assert.Equal("a/b =&c", SubjectText.Clean(" a/b\t=&\u0001c ", Charset.Utf8, "P1"));
        Assert.Equal("P1", SubjectText.Clean(" \u0000\t", Charset.Utf8, "P1"));
        Assert.Equal("a=b & total_fee 0.01", SubjectText.Clean("a=b & total_fee=0.01", Charset.Utf8, "P1"));
        Assert.Equal("a& b", SubjectText.Clean("a&=b", Charset.Utf8, "P1"));
        Assert.Equal("ab", SubjectText.Clean("a\ud800b", Charset.Utf8, "P1"));
        Assert.Equal("'\"<>+%", SubjectText.Clean("'\"<>+%", Charset.Gbk, "P1"));
    }

    [Fact]
    public void The_limit_counts_the_bytes_of_the_charset()
    {
        var hanzi = new string('客', 200);
        Assert.Equal(85, SubjectText.Clean(hanzi, Charset.Utf8, "P1").Length);
        Assert.Equal(128, SubjectText.Clean(hanzi, Charset.Gbk, "P1").Length);
        Assert.Equal("a" + new string('客', 127), SubjectText.Clean("a" + hanzi, Charset.Gbk, "P1"));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 64)), SubjectText.Clean(string.Concat(Enumerable.Repeat("😀", 100)), Charset.Utf8, "P1"));
    }

    [Fact]
    public void What_gbk_does_not_have_is_left_out_instead_of_garbled() =>
        Assert.Equal("野家 cafe 5", SubjectText.Clean("😀𠮷野家 café\u0301 €5\ue000\uf8f5".Replace("é", "e", StringComparison.Ordinal), Charset.Gbk, "P1"));

    [Fact]
    public void A_subject_of_signs_alone_becomes_the_number() =>
        Assert.Equal("P1", SubjectText.Clean("😀😀", Charset.Gbk, "P1"));

    [Fact]
    public void Every_character_that_is_sent_in_gbk_has_one_or_two_bytes()
    {
        for (var c = 1; c <= char.MaxValue; c++)
        {
            if (Rune.TryCreate(c, out var rune) && Charset.Gbk.LengthOf(rune) is var length and > 0)
            {
                Assert.Equal(rune.IsAscii ? 1 : 2, length);
                Assert.Equal(length, Dialect.Gbk.GetByteCount(rune.ToString()));
            }
        }
    }
}
