using System.Text;
using CsCheck;
using Modular.Payments.AlipayDirect.Wire;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>The strict reader of answers.</summary>
public sealed class AnswerXmlTests
{
    [Theory]
    [InlineData("<!DOCTYPE alipay [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><alipay><error>&x;</error></alipay>", "document type")]
    [InlineData("<!DOCTYPE alipay><alipay/>", "document type")]
    [InlineData("<alipay><error>&x;</error></alipay>", "well-formed")]
    [InlineData("<alipay><error>&#0;</error></alipay>", "well-formed")]
    [InlineData("<alipay>", "well-formed")]
    [InlineData("<alipay/><alipay/>", "well-formed")]
    [InlineData("x<alipay/>", "well-formed")]
    [InlineData("", "well-formed")]
    [InlineData("<html><body>busy</body></html>", "another root")]
    [InlineData("<alipay><a>1</a><a>2</a></alipay>", "twice")]
    [InlineData("<alipay><r><a>1</a></r><r><b>2</b></r></alipay>", "twice")]
    [InlineData("<alipay><request><param name=\"a\">1</param><param name=\"a\">2</param></request></alipay>", "twice")]
    [InlineData("<alipay><a x=\"1\">1</a></alipay>", "attributes")]
    [InlineData("<alipay xmlns=\"urn:x\"><a>1</a></alipay>", "attributes")]
    [InlineData("<alipay><request><param name=\"a\" x=\"1\">1</param></request></alipay>", "attributes")]
    [InlineData("<alipay><request><param name=\"a/b\">1</param></request></alipay>", "attributes")]
    [InlineData("<alipay><response><param name=\"a\">1</param></response></alipay>", "attributes")]
    [InlineData("<alipay><!-- x --></alipay>", "something else")]
    [InlineData("<alipay><?x y?></alipay>", "something else")]
    [InlineData("<alipay>x<a>1</a></alipay>", "beside")]
    [InlineData("<alipay><a>1</a>x</alipay>", "beside")]
    [InlineData("<alipay><a><b><c><d>1</d></c></b></a></alipay>", "too deep")]
    [InlineData("<?xml version=\"1.0\" encoding=\"utf-16\"?><alipay/>", "encoding")]
    [InlineData("<?xml version=\"1.0\" encoding=utf-8?><alipay/>", "encoding")]
    [InlineData("<?xml version=\"1.0\" encoding=\"utf-8\" <alipay/>", "encoding")]
    public void X01_what_is_no_answer_of_alipays_is_refused_with_the_reason(string xml, string says)
    {
        Assert.Null(AnswerXml.Read(Encoding.UTF8.GetBytes(xml), out var problem));
        Assert.Contains(says, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void X01_too_many_bytes_elements_and_entities_are_refused()
    {
        Assert.Null(Read($"<alipay><a>{new string('x', 70_000)}</a></alipay>"));
        Assert.Null(Read($"<alipay>{string.Concat(Enumerable.Range(0, 300).Select(i => $"<a{i}/>"))}</alipay>"));
        Assert.Null(Read(string.Concat(Enumerable.Repeat("<alipay>", 10_000))));
    }

    [Fact]
    public void Texts_are_kept_as_they_are_and_empty_ones_are_none()
    {
        var xml = Read("<?xml version='1.0' encoding='UTF-8'?>\n<alipay>\n <a> x &lt;&amp;&#x5BA2; <![CDATA[<b>]]></a>\n <b></b><c/>\n <r><t><x>1</x> <y> </y></t></r>\n</alipay>")!;
        Assert.Equal(" x <&客 <b>", xml.Text("a"));
        Assert.Null(xml.Text("b"));
        Assert.Null(xml.Text("c"));
        Assert.Null(xml.Text("r"));
        Assert.Equal([new("x", "1"), new("y", " ")], xml.Below("r/t"));
    }

    [Theory]
    [InlineData("GBK")]
    [InlineData("gb2312")]
    [InlineData("GB18030")]
    public void The_declared_encoding_is_the_one_that_is_read(string encoding)
    {
        var bytes = Dialect.Gbk.GetBytes($"<?xml version=\"1.0\" encoding=\"{encoding}\"?><alipay><a>客房</a></alipay>");
        Assert.Equal("客房", AnswerXml.Read(bytes, out _)!.Text("a"));
    }

    [Fact]
    public void An_encoding_that_is_declared_wrongly_is_refused()
    {
        Assert.Null(AnswerXml.Read(Dialect.Gbk.GetBytes("<?xml version=\"1.0\" encoding=\"utf-8\"?><alipay><a>客房</a></alipay>"), out _));
        Assert.Null(AnswerXml.Read(Dialect.Gbk.GetBytes("<alipay><a>客房</a></alipay>"), out _));
        Assert.Equal("客", AnswerXml.Read([.. Encoding.UTF8.Preamble, .. "<alipay><a>客</a></alipay>"u8], out _)!.Text("a"));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_and_throw_nothing() =>
        Gen.Byte.Array[0, 200].Sample(
            noise =>
            {
                byte[] document = [.. "<?xml version=\"1.0\" encoding=\"gbk\"?><alipay><a>"u8, .. noise, .. "</a></alipay>"u8];
                return AnswerXml.Read(document, out var problem) is null == (problem is not null) && AnswerXml.Read(noise, out problem) is null == (problem is not null);
            },
            iter: 3000);

    private static AnswerXml? Read(string xml) => AnswerXml.Read(Encoding.UTF8.GetBytes(xml), out _);
}
