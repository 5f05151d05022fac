using System.Text;
using CsCheck;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2.Tests;

public sealed class XmlTests
{
    [Theory]
    [InlineData("<xml/>", "")]
    [InlineData("<xml></xml>", "")]
    [InlineData("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<xml><a>1</a></xml>\r\n", "a=1")]
    [InlineData("<?xml version='1.0' encoding='utf-8' standalone='yes'?><xml> <a> 1 </a> </xml>", "a= 1 ")]
    [InlineData("\uFEFF<xml><a>1</a></xml>", "a=1")]
    [InlineData("<xml><a><![CDATA[<&>]]></a><b>&lt;&amp;&gt;&#x4E2D;</b></xml>", "a=<&>;b=<&>中")]
    [InlineData("<xml><a>1<![CDATA[2]]>3</a></xml>", "a=123")]
    [InlineData("<xml><a/><b></b><c><![CDATA[]]></c></xml>", "a=;b=;c=")]
    [InlineData("<xml><a> </a></xml>", "a= ")]
    [InlineData("<xml><b>2</b><a>1</a><A>0</A></xml>", "A=0;a=1;b=2")]
    public void A_flat_message_is_read_as_it_is(string xml, string expected)
    {
        var message = XmlMessage.Read(Encoding.UTF8.GetBytes(xml), out var problem);
        Assert.Null(problem);
        Assert.Equal(expected, string.Join(';', message!.Sorted.ToArray().Select(field => $"{field.Key}={field.Value}")));
    }

    [Theory]
    [InlineData("", "well-formed")]
    [InlineData("success", "well-formed")]
    [InlineData("<xml><a>1</a>", "well-formed")]
    [InlineData("<xml><a>1</b></xml>", "well-formed")]
    [InlineData("<xml><a>1</a></xml><xml/>", "well-formed")]
    [InlineData("<xml><a>1</a></xml>x", "well-formed")]
    [InlineData("<xml><a>&b;</a></xml>", "well-formed")]
    [InlineData("<xml><a>&#0;</a></xml>", "well-formed")]
    [InlineData("<xml><a>&#xD800;</a></xml>", "well-formed")]
    [InlineData("<xml><a>&#xFFFE;</a></xml>", "well-formed")]
    [InlineData("<xml><a>\u0000</a></xml>", "well-formed")]
    [InlineData("<xml><a>\u0001</a></xml>", "well-formed")]
    [InlineData("<html><a>1</a></html>", "root")]
    [InlineData("<XML><a>1</a></XML>", "root")]
    [InlineData("<xml a='1'><b>1</b></xml>", "attributes")]
    [InlineData("<xml xmlns='urn:x'><b>1</b></xml>", "attributes")]
    [InlineData("<xml><b c='1'>1</b></xml>", "attributes")]
    [InlineData("<xml><b c='1'/></xml>", "attributes")]
    [InlineData("<x:xml xmlns:x='urn:x'><b>1</b></x:xml>", "attributes")]
    [InlineData("<xml><a><b>1</b></a></xml>", "inside a field")]
    [InlineData("<xml><a><b/></a></xml>", "inside a field")]
    [InlineData("<xml><xml><a>1</a></xml></xml>", "inside a field")]
    [InlineData("<xml>text<a>1</a></xml>", "else than fields")]
    [InlineData("<xml><![CDATA[text]]><a>1</a></xml>", "else than fields")]
    [InlineData("<xml><total_fee>1<!-- -->00</total_fee></xml>", "else than fields")]
    [InlineData("<!-- --><xml><a>1</a></xml>", "else than fields")]
    [InlineData("<xml><?php echo 1?><a>1</a></xml>", "else than fields")]
    [InlineData("<xml><a>1</a><a>2</a></xml>", "twice")]
    [InlineData("<xml><a>1</a><b/><a>1</a></xml>", "twice")]
    [InlineData("<xml><金额>1</金额></xml>", "name")]
    [InlineData("<?xml version='1.0' encoding='gbk'?><xml><a>1</a></xml>", "encoding")]
    [InlineData("<?xml version='1.0' encoding='utf-16'?><xml><a>1</a></xml>", "encoding")]
    [InlineData("<?xml version='1.0'?><!DOCTYPE xml [<!ENTITY e 'x'>]><xml><a>&e;</a></xml>", "document type")]
    [InlineData("<!DOCTYPE xml SYSTEM 'file:///etc/passwd'><xml><a>1</a></xml>", "document type")]
    [InlineData("<!DOCTYPE xml [<!ENTITY % p SYSTEM 'http://127.0.0.1/p'>%p;]><xml><a>1</a></xml>", "document type")]
    public void X01_whatever_else_xml_can_do_is_refused(string xml, string says) => AssertRefused(Encoding.UTF8.GetBytes(xml), says);

    [Fact]
    public void X01_a_declared_file_is_not_read()
    {
        var secret = Path.GetTempFileName();
        try
        {
            File.WriteAllText(secret, "file-content");
            var xml = $"<!DOCTYPE xml [<!ENTITY f SYSTEM '{new Uri(secret).AbsoluteUri}'>]><xml><attach>&f;</attach></xml>";
            Assert.Null(XmlMessage.Read(Encoding.UTF8.GetBytes(xml), out var problem));
            Assert.DoesNotContain("file-content", problem, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Fact]
    public void X02_a_billion_laughs_are_not_expanded()
    {
        var entities = string.Concat(Enumerable.Range(1, 9).Select(i => $"<!ENTITY e{i} '" + string.Concat(Enumerable.Repeat($"&e{i - 1};", 10)) + "'>"));
        AssertRefused(Encoding.UTF8.GetBytes($"<!DOCTYPE xml [<!ENTITY e0 'ha'>{entities}]><xml><a>&e9;</a></xml>"), "document type");
    }

    [Fact]
    public void X07_what_is_not_utf8_is_refused()
    {
        byte[] start = [.. "<xml><a>"u8], end = [.. "</a></xml>"u8];
        var gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!.GetBytes("支付");
        AssertRefused([.. start, 0xED, 0xA0, 0x80, .. end], "UTF-8");
        AssertRefused([.. start, 0xFF, .. end], "UTF-8");
        AssertRefused([.. start, 0xC0, 0x80, .. end], "UTF-8");
        AssertRefused([.. start, .. gbk, .. end], "UTF-8");
        AssertRefused(Encoding.Unicode.GetBytes("\uFEFF<xml><a>1</a></xml>"), "UTF-8");
    }

    [Fact]
    public void X08_size_fields_and_names_are_bounded()
    {
        AssertRefused(Encoding.UTF8.GetBytes($"<xml><a>{new string('x', XmlMessage.MaxBytes)}</a></xml>"), "KiB");
        AssertRefused(Encoding.UTF8.GetBytes($"<xml>{string.Concat(Enumerable.Range(0, 257).Select(i => $"<f{i}/>"))}</xml>"), "fields");
        AssertRefused(Encoding.UTF8.GetBytes($"<xml><{new string('a', 65)}/></xml>"), "name");
        AssertRefused(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<xml>", 10_000))), "inside a field");

        Assert.NotNull(XmlMessage.Read(Encoding.UTF8.GetBytes($"<xml>{string.Concat(Enumerable.Range(0, 256).Select(i => $"<f{i}/>"))}</xml>"), out _));
    }

    [Fact]
    public void X07_any_text_that_is_sent_is_read_back_unchanged() =>
        Gen.Select(Gen.String[Gen.Char, 0, 300], Gen.String[Gen.OneOfConst(']', '>', '<', '&', '\r', '\n', ' ', '中', '\0'), 0, 40]).Sample(
            (any, marks) =>
            {
                var sent = MessageFields.ToSend(("a", any), ("b", marks), ("c", any + marks));
                var read = XmlMessage.Read(XmlMessage.Write(sent), out _);
                return read is not null && read.Sorted.SequenceEqual(sent.Sorted);
            },
            iter: 3000);

    [Fact]
    public void X07_text_keeps_everything_but_what_xml_cannot_carry() =>
        Gen.String[Gen.Char, 0, 300].Sample(
            text =>
            {
                var clean = XmlText.Clean(text);
                return XmlText.Clean(clean) == clean
                    && !clean.Contains('\r', StringComparison.Ordinal)
                    && new UTF8Encoding(false, true).GetBytes(clean).Length >= 0
                    && (text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || rune.Value is '\r' or 0xFFFE or 0xFFFF || Rune.IsControl(rune)) || clean == text);
            },
            iter: 3000);

    [Fact]
    public void X07_each_unfit_character_is_left_out_and_its_neighbours_stay() =>
        Assert.Equal("a\nb\ncd😀e\tf", XmlText.Clean("a\r\nb\rc\0\u0001\ud800d😀\ufffe\udc00e\tf\uffff\ud83d"));

    private static void AssertRefused(byte[] bytes, string says)
    {
        Assert.Null(XmlMessage.Read(bytes, out var problem));
        Assert.Contains(says, problem, StringComparison.Ordinal);
    }
}
