using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>
/// What API v3 checks of every request before it looks at what is asked, in the order of the real host: the headers that
/// everybody sends, the form of the authorisation, its time, its certificate, its signature.
/// </summary>
internal sealed class V3Check(IOptions<SandboxOptions> options, WeChatMerchants merchants, TimeProvider time)
{
    private readonly TimeSpan tolerance = Durations.Parse(options.Value.WeChat.TimestampTolerance);

    /// <summary>Whose request it is; anything wrong throws <see cref="WeChatRefusal"/>.</summary>
    public WeChatMerchant Authenticate(V3Call call)
    {
        var headers = call.Request.Headers;
        if (headers.UserAgent.ToString().Length == 0 || headers.Accept.ToString().Length == 0)
        {
            throw new WeChatRefusal(400, "INVALID_REQUEST", "INVALID_REQUEST", "Http头缺少Accept或User-Agent");
        }

        if (V3Authorization.Read(headers.Authorization.ToString()) is not { } authorization)
        {
            throw WeChatRefusal.Signature(IsPayment(call)
                ? "签名信息错误，验签失败"
                : "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》");
        }

        // Compared as numbers, because a timestamp from far outside the calendar is a mistake like any other.
        if (Math.Abs((decimal)time.GetUtcNow().ToUnixTimeSeconds() - authorization.Timestamp) > (decimal)tolerance.TotalSeconds)
        {
            throw WeChatRefusal.Signature("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟");
        }

        if (merchants.ByMchId(authorization.MchId) is not { RequestKey: not null } merchant
            || !string.Equals(merchant.SerialNo, authorization.SerialNo, StringComparison.OrdinalIgnoreCase))
        {
            throw WeChatRefusal.Signature("商户证书序列号有误。请使用签名私钥匹配的证书序列号");
        }

        return IsSigned(call, authorization, merchant.RequestKey) ? merchant : throw WeChatRefusal.Signature("签名错误");
    }

    private static bool IsPayment(V3Call call) => call.Target.StartsWith("/v3/pay/", StringComparison.Ordinal);

    private static bool IsSigned(V3Call call, V3Authorization authorization, RSA key)
    {
        var signature = new byte[authorization.Signature.Length];
        return Convert.TryFromBase64String(authorization.Signature, signature, out var length)
            && key.VerifyData(Encoding.UTF8.GetBytes(call.Message(authorization)), signature.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}
