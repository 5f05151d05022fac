using System.Text;
using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Gateway;

namespace Modular.Sandbox.Alipay.Methods;

/// <summary>Gives out Alipay's certificate of the serial number that an answer named.</summary>
internal sealed class CertificateDownload : IApiMethod
{
    public string Name => "alipay.open.app.alipaycert.download";

    public void Answer(GatewayCall call, Ledger ledger, JsonObject node)
    {
        if (call.Merchant.Certificates is not { } certificates || call.Biz("alipay_cert_sn") != certificates.AlipaySerial)
        {
            throw Refusal.Invalid("parameter", "参数无效：alipay_cert_sn");
        }

        node["alipay_cert_content"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(certificates.Alipay.ExportCertificatePem()));
    }
}
