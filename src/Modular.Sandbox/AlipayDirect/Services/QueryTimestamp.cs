using System.Xml.Linq;
using Modular.Sandbox.AlipayDirect.Gateway;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>Gives out a key against phishing. Not signed in either direction.</summary>
internal sealed class QueryTimestamp(AntiPhishingKeys keys) : IDirectService
{
    public string Name => "query_timestamp";

    public bool IsSigned => false;

    public IResult Answer(DirectCall call, DirectMerchant merchant, DirectLedger ledger, GatewayFaultKind fault) => AnswerXml.Success(
        call, new XElement("response", new XElement("timestamp", new XElement("encrypt_key", keys.New(merchant.Partner)))));
}
