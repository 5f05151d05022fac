using System.Net;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Alipay.Wire;

namespace Modular.Sandbox.Alipay.Gateway;

/// <summary>What the gateway checks of every request before it looks at what is asked.</summary>
internal sealed class RequestCheck(IOptions<SandboxOptions> options, Merchants merchants, TimeProvider time)
{
    private static readonly (string Parameter, string Name, string Message)[] Required =
    [
        ("method", "method", "缺少方法名参数"),
        ("app_id", "app-id", "缺少appId参数"),
        ("sign_type", "signature-type", "缺少签名类型参数"),
        ("sign", "signature", "缺少签名参数"),
        ("timestamp", "timestamp", "缺少时间戳参数"),
        ("version", "version", "缺少版本参数"),
    ];

    private readonly AlipayOptions settings = options.Value.Alipay;
    private readonly TimeSpan tolerance = Durations.Parse(options.Value.Alipay.TimestampTolerance);

    /// <summary>Throws a <see cref="Refusal"/> unless the request is whole, known and rightly signed.</summary>
    public GatewayCall Check(RawCall raw, Func<string, bool> isMethod)
    {
        CheckCharset(raw);
        foreach (var (parameter, name, message) in Required)
        {
            if (string.IsNullOrEmpty(raw.Parameters.GetValueOrDefault(parameter)))
            {
                throw Refusal.Missing(name, message);
            }
        }

        if (!isMethod(raw.Method!))
        {
            throw Refusal.Invalid("method", "不存在的方法名");
        }

        if (raw.Parameters.TryGetValue("format", out var format) && !format.Equals("JSON", StringComparison.OrdinalIgnoreCase))
        {
            throw Refusal.Invalid("format", "无效的数据格式");
        }

        if (raw.Parameters.ContainsKey("encrypt_type"))
        {
            throw Refusal.Invalid("encrypt", "沙箱不支持内容加密");
        }

        CheckTime(raw.Parameters["timestamp"]);
        var merchant = merchants.Find(raw.Parameters["app_id"]) ?? throw Refusal.Invalid("app-id", "无效的appID参数");
        CheckSignature(raw, merchant);
        return new GatewayCall(raw, merchant, raw.Method!);
    }

    private void CheckCharset(RawCall raw)
    {
        if (!raw.CharsetKnown)
        {
            throw Refusal.Invalid("charset", "字符集错误");
        }

        if (!raw.CharsetInQuery && !settings.CharsetInBody)
        {
            throw Refusal.Invalid("charset", "字符集错误，请确保charset参数放在了URL查询字符串中且各参数值使用charset参数指示的字符集编码");
        }
    }

    private void CheckTime(string timestamp)
    {
        var sent = Beijing.Read(timestamp) ?? throw Refusal.Invalid("timestamp", "非法的时间戳参数");
        if (tolerance > TimeSpan.Zero && (sent - time.GetUtcNow()).Duration() > tolerance)
        {
            throw Refusal.Invalid("timestamp", "非法的时间戳参数，请检查系统时间（北京时间）");
        }
    }

    private static void CheckSignature(RawCall raw, Merchant merchant)
    {
        if (raw.Parameters["sign_type"] != "RSA2")
        {
            throw Refusal.Invalid("signature-type", "无效的签名类型，请使用RSA2");
        }

        if (raw.Parameters.GetValueOrDefault("app_cert_sn") != merchant.Certificates?.AppSerial)
        {
            throw Refusal.Invalid("app-cert-sn", "应用公钥证书序列号(app_cert_sn)与应用的加签方式不符");
        }

        if (raw.Parameters.GetValueOrDefault("alipay_root_cert_sn") != merchant.Certificates?.RootSerial)
        {
            throw Refusal.Invalid("alipay-root-cert-sn", "支付宝根证书序列号(alipay_root_cert_sn)与应用的加签方式不符");
        }

        var text = WireSignature.OfRequest(raw.Parameters);
        if (!WireSignature.Verify(merchant.AppKey, text, raw.Charset, raw.Parameters["sign"]))
        {
            throw Refusal.Invalid(
                "signature",
                "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：" + WebUtility.HtmlEncode(text));
        }
    }
}
