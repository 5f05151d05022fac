using System.Security.Cryptography;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>Keys made once for the whole run; both sides' private halves, because the tests play Alipay too.</summary>
internal static class Keys
{
    public const string Md5 = "0123456789abcdefghijklmnopqrstuv";

    public static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);
    public static readonly RSA Shop = RSA.Create(2048);

    // As short as Alipay's own key on this gateway.
    public static readonly RSA Alipay = RSA.Create(1024);
    public static readonly RSA Stranger = RSA.Create(1024);
}
