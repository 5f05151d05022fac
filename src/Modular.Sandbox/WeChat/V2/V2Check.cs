using Microsoft.Extensions.Options;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>What API v2 checks of every request before it looks at what is asked.</summary>
internal sealed class V2Check(IOptions<SandboxOptions> options, WeChatMerchants merchants)
{
    private static readonly FieldRule[] Common =
    [
        new("appid", 32, IsRequired: true),
        new("mch_id", 32, IsRequired: true),
        new("nonce_str", 32, IsRequired: true),
    ];

    private readonly bool isTransport = options.Value.WeChat.V2.ParameterErrors == "transport";

    /// <summary>Whose request it is. An unknown merchant is told the same as a wrong signature, as the real host does.</summary>
    public V2Call Authenticate(IReadOnlyDictionary<string, string> fields) =>
        merchants.ByMchId(fields.GetValueOrDefault("mch_id", "")) is { ApiV2Key.Length: > 0 } merchant && V2Signature.Verify(fields, merchant.ApiV2Key)
            ? new V2Call(merchant, fields, V2Signature.AlgorithmOf(fields))
            : throw V2Refusal.Signature();

    public void CheckFields(V2Call call, IV2Method method)
    {
        try
        {
            FieldRules.Check(call.Fields, Common.Concat(method.Rules));
        }
        catch (V2Refusal refusal) when (isTransport)
        {
            throw V2Refusal.Transport(refusal.Code, refusal.Message);
        }

        if (merchants.ByAppId(call["appid"]) is null)
        {
            throw V2Refusal.Business("APPID_NOT_EXIST", "appid不存在");
        }

        if (call["appid"] != call.Merchant.AppId)
        {
            throw V2Refusal.Business("APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
        }
    }
}
