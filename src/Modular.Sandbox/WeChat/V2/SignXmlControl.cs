using Modular.Sandbox.Control;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>Signing any fields as WeChat Pay, or as the merchant, would: both have the same key.</summary>
internal static class SignXmlControl
{
    internal sealed record SignRequest(string MchId, Dictionary<string, string> Fields, string SignType = V2Signature.Md5);

    public static void MapSignXml(this WebApplication app)
    {
        var merchants = app.Services.GetRequiredService<WeChatMerchants>();
        app.MapPost("/sandbox/wechat/sign-xml", async (HttpRequest request) =>
        {
            if (await ControlModule.ReadAsync<SignRequest>(request) is not { Fields: not null } wanted || merchants.ByMchId(wanted.MchId ?? "") is not { } merchant)
            {
                return ControlModule.Problem(404, "unknown_merchant", "The sandbox has no merchant of this mchId.");
            }

            if (!V2Signature.IsAlgorithm(wanted.SignType))
            {
                return ControlModule.Problem(400, "unknown_sign_type", "The signature types are MD5 and HMAC-SHA256.");
            }

            var fields = FlatXmlWriter.Legal(wanted.Fields);
            fields["sign"] = V2Signature.Sign(fields, merchant.ApiV2Key, wanted.SignType);
            return ControlModule.Answer(new { xml = FlatXmlWriter.Write(fields), fields });
        });
    }
}
