using Microsoft.Extensions.Options;
using Modular.Sandbox.AlipayDirect.Wire;

namespace Modular.Sandbox.AlipayDirect.Gateway;

/// <summary>What the gateway checks of every request before it looks at what is asked.</summary>
internal sealed class DirectCheck(IOptions<SandboxOptions> options, DirectMerchants merchants)
{
    private readonly AlipayDirectOptions settings = options.Value.AlipayDirect;

    /// <summary>The merchant who asks. Throws a <see cref="DirectRefusal"/> unless the request is whole, known and, where it must be, rightly signed.</summary>
    public DirectMerchant Check(DirectCall call, IDirectService? service)
    {
        if (service is null)
        {
            throw new DirectRefusal("ILLEGAL_SERVICE", "错误的service参数，没有这个接口");
        }

        if (!call.CharsetKnown)
        {
            throw new DirectRefusal("ILLEGAL_CHARSET", "错误的字符集：_input_charset只能是utf-8、gbk或gb2312");
        }

        var merchant = merchants.Find(call["partner"]) ?? throw new DirectRefusal("ILLEGAL_PARTNER", "错误的partner参数，合作伙伴ID不存在");
        if (service.IsSigned)
        {
            CheckSignature(call, merchant);
        }

        return merchant;
    }

    private void CheckSignature(DirectCall call, DirectMerchant merchant)
    {
        if (!call.CharsetInQuery && !settings.CharsetInBody)
        {
            throw new DirectRefusal("ILLEGAL_CHARSET", "请把_input_charset放在网关地址的查询字符串中，并按这个字符集编码各参数");
        }

        var signType = call["sign_type"];
        if (signType is not ("MD5" or "RSA" or "DSA"))
        {
            throw new DirectRefusal("ILLEGAL_SIGN_TYPE", "签名类型不正确：sign_type只能是大写的MD5、RSA或DSA");
        }

        // DSA is a type of the protocol for which no merchant here has uploaded a key.
        if (signType == "MD5" ? merchant.Md5Key is null : signType == "DSA" || merchant.MerchantKey is null)
        {
            throw new DirectRefusal("HAS_NO_PUBLICKEY", $"没有找到{signType}签名的密钥，请先在商家中心设置");
        }

        if (!call.Has("sign") || !DirectSignature.Verify(merchant, signType, DirectSignature.Text(call.Parameters), call.Charset, call["sign"]))
        {
            throw new DirectRefusal("ILLEGAL_SIGN", "签名不正确，请检查密钥、参数的排序和_input_charset");
        }
    }
}
