using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Modular.Testing.Hosting;

/// <summary>
/// The contracts of test merchants with Alipay's legacy gateway, and notifications signed by hand with their key. Written for tests and
/// not shared with the plugin or the sandbox, so that a mistake in either does not agree with itself.
/// </summary>
public sealed class AlipayDirectParty : IDisposable
{
    /// <summary>MD5 and RSA, the advanced product.</summary>
    public const string Partner = "2088000000000011";

    /// <summary>The basic product, whose payments are TRADE_FINISHED at once.</summary>
    public const string BasicPartner = "2088000000000012";

    /// <summary>A contract that fights phishing.</summary>
    public const string CarefulPartner = "2088000000000013";

    /// <summary>A contract without <c>it_b_pay</c>.</summary>
    public const string PlainPartner = "2088000000000014";

    public const string Key = "md5keyOfTheTestMerchant012345678";

    // The instances of a shop with the legacy gateway.
    public const string Utf8 = "alipaydirect";
    public const string Gbk = "alipaydirectgbk";
    public const string Rsa = "alipaydirectrsa";
    public const string Basic = "alipaydirectbasic";
    public const string Careful = "alipaydirectcareful";
    public const string Plain = "alipaydirectplain";

    private static readonly Encoding Gb = CodePagesEncodingProvider.Instance.GetEncoding(936)!;

    public RSA MerchantKey { get; } = RSA.Create(2048);

    public RSA AlipayKey { get; } = RSA.Create(2048);

    /// <summary>The charset of an instance; GBK is the code page 936.</summary>
    public static Encoding EncodingOf(string charset) => charset == "gbk" ? Gb : Encoding.UTF8;

    /// <summary>The fields of a payment's notification as Alipay sends them.</summary>
    public static SortedDictionary<string, string> PaidFields(string paymentNo, string totalFee) => new(StringComparer.Ordinal)
    {
        ["buyer_id"] = "2088102146225135",
        ["gmt_create"] = "2026-11-25 20:00:01",
        ["gmt_payment"] = "2026-11-25 20:00:02",
        ["notify_id"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(17)),
        ["notify_time"] = "2026-11-25 20:00:03",
        ["notify_type"] = "trade_status_sync",
        ["out_trade_no"] = paymentNo,
        ["payment_type"] = "1",
        ["seller_id"] = Partner,
        ["subject"] = "预订一分钱测试订单",
        ["total_fee"] = totalFee,
        ["trade_no"] = "2026112522001400000000000001",
        ["trade_status"] = "TRADE_SUCCESS",
    };

    /// <summary>A form body in UTF-8, rightly signed with the merchants' MD5 key.</summary>
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The protocol's own choice.")]
    public static string Sign(IReadOnlyDictionary<string, string> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var text = string.Join('&', fields.Where(field => field.Value.Length > 0).OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}"));
        var sign = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text + Key)));
        return AlipayParty.Form(fields.Append(new("sign", sign)).Append(new("sign_type", "MD5")));
    }

    /// <summary>The contracts as the sandbox knows them.</summary>
    public IEnumerable<KeyValuePair<string, string?>> SandboxSettings()
    {
        foreach (var (name, partner) in new[] { ("test", Partner), ("basic", BasicPartner), ("careful", CarefulPartner), ("plain", PlainPartner) })
        {
            var prefix = $"Sandbox:AlipayDirect:Merchants:{name}:";
            yield return new(prefix + "Partner", partner);
            yield return new(prefix + "Name", "测试商家");
            yield return new(prefix + "Key", Key);
            yield return new(prefix + "MerchantPublicKey", MerchantKey.ExportSubjectPublicKeyInfoPem());
            yield return new(prefix + "AlipayPrivateKey", AlipayKey.ExportPkcs8PrivateKeyPem());
            yield return new(prefix + "Product", partner == BasicPartner ? "basic" : "advanced");
            yield return new(prefix + "AntiPhishing", partner == CarefulPartner ? "true" : "false");
            yield return new(prefix + "SelfTimeout", partner == PlainPartner ? "false" : "true");
        }
    }

    /// <summary>The instances of a shop, by their configuration.</summary>
    public IEnumerable<KeyValuePair<string, string?>> ShopSettings(Uri sandbox)
    {
        (string Name, string Partner, string SignType, string Charset)[] instances =
        [
            (Utf8, Partner, "MD5", "utf-8"), (Gbk, Partner, "MD5", "gbk"), (Rsa, Partner, "RSA", "gbk"),
            (Basic, BasicPartner, "MD5", "utf-8"), (Careful, CarefulPartner, "MD5", "utf-8"), (Plain, PlainPartner, "MD5", "utf-8"),
        ];
        foreach (var (name, partner, signType, charset) in instances)
        {
            var prefix = $"Modular:Providers:{name}:";
            yield return new(prefix + "Plugin", "Modular.Payments.AlipayDirect");
            yield return new(prefix + "Gateway", new Uri(sandbox, "/alipaydirect/gateway.do").ToString());
            yield return new(prefix + "Partner", partner);
            yield return new(prefix + "SignType", signType);
            yield return new(prefix + "InputCharset", charset);
            yield return new(prefix + "AntiPhishing", partner == CarefulPartner ? "true" : "false");
            yield return new(prefix + "SendTimeout", partner == PlainPartner ? "false" : "true");
            yield return new(prefix + "Refund", name == Rsa ? "direct" : "password");
            if (signType == "MD5")
            {
                yield return new(prefix + "Key", Key);
            }
            else
            {
                yield return new(prefix + "PrivateKey", MerchantKey.ExportPkcs8PrivateKeyPem());
                yield return new(prefix + "AlipayPublicKey", AlipayKey.ExportSubjectPublicKeyInfoPem());
            }
        }
    }

    public void Dispose()
    {
        MerchantKey.Dispose();
        AlipayKey.Dispose();
    }
}
