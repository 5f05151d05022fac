using System.Text;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>One of the four ways to speak to the legacy gateway.</summary>
public sealed record Dialect(string SignType, string Charset)
{
    public static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;
    public static readonly Dialect Usual = new("MD5", "utf-8");

    public static readonly IReadOnlyList<Dialect> Four = [Usual, new("MD5", "gbk"), new("RSA", "utf-8"), new("RSA", "gbk")];

    public static TheoryData<Dialect> All => [.. Four];

    internal Encoding Encoding => Charset == "gbk" ? Gbk : Encoding.UTF8;

    public override string ToString() => $"{SignType} in {Charset}";
}
