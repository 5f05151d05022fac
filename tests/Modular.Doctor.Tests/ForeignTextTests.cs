using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;

namespace Modular.Doctor.Tests;

/// <summary>What somebody else wrote comes into sentences as one plain line, without what only looks like one of ours and without what must not be told.</summary>
public sealed class ForeignTextTests
{
    private static readonly Gen<string> Hostile = Gen.OneOf(
        Gen.String,
        Gen.String[Gen.OneOfConst("\r\n\t\0\u001b[31m\u0085\u2028\u2029\u202e\u2066\u200b\uFEFFa长 \uD83D\uDE00".ToCharArray()), 0, 80]);

    [Fact]
    public void X12_whatever_is_written_stays_on_one_line_in_its_own_direction_and_within_its_length()
    {
        (from text in Hostile from length in Gen.Int[2, 100] select (text, length)).Sample(given =>
        {
            foreach (var line in (string[])[ForeignText.OneLine(given.text, given.length), ForeignText.Quote(given.text, given.length)])
            {
                Assert.True(line.Length <= given.length, line);
                Assert.DoesNotContain(line.EnumerateRunes(), rune => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
            }
        });
    }

    [Theory]
    [InlineData("签名错误")]
    [InlineData("isv.invalid-signature 验签出错，建议检查签名字符串")]
    [InlineData("ILLEGAL_PARTNER_EXTERFACE")]
    [InlineData("TRADE_PRODUCT_TYPE_NOT_ALLOW_REFUND")]
    [InlineData("输入源“/body/payer/openid”映射到值字段“用户标识”字符串规则校验失败")]
    [InlineData("a reason with words, a date 2026-11-25 and 203.0.113.9")]
    public void What_a_gateway_says_stays_as_it_is(string words)
    {
        Assert.Equal(words, ForeignText.Quote(words, 200));
        Assert.Equal(words, ForeignText.OneLine(words, 200));
    }

    [Fact]
    public void P09_of_a_signature_a_key_or_an_openid_that_is_repeated_only_the_beginning_is_left()
    {
        string[] secrets =
        [
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(256)), Uri.EscapeDataString(Convert.ToBase64String(RandomNumberGenerator.GetBytes(256))),
            "9a0a8659f005d6984697e2ca0a9cf3b7", "9A0A8659F005D6984697E2CA0A9CF3B7", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "V3keyOfTheTestMerchant0123456789",
        ];
        foreach (var secret in secrets)
        {
            var quoted = ForeignText.Quote($"错误：sign=\"{secret}\"，see above", 200);
            Assert.Contains("see above", quoted, StringComparison.Ordinal);
            Assert.DoesNotContain(secret[..12], quoted, StringComparison.Ordinal);
            Assert.DoesNotContain(secret[^8..], quoted, StringComparison.Ordinal);
        }
    }
}
