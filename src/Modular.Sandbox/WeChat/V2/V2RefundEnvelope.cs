using System.Net.Http.Headers;
using System.Text;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>
/// The notification of a refund: sealed instead of signed, and acknowledged by XML. Faults of the names of the outer fields change those;
/// all others are changed inside and sealed anew.
/// </summary>
internal sealed class V2RefundEnvelope(DeliveryRules rules, WeChatMerchant merchant, Dictionary<string, string> refund) : IEnvelope
{
    private const string ReqInfo = "req_info";
    private const int CutBytes = 4;

    // Refers to nothing: a receiver that reads it at all has failed the test, and nothing is fetched.
    private const string DocumentType = "<!DOCTYPE xml [<!ENTITY sandbox \"a document type\">]>\n";

    private static readonly string[] OuterNames = ["return_code", "return_msg", "appid", "mch_id", "nonce_str", ReqInfo];

    public DeliveryRules Rules => rules;

    public IReadOnlyDictionary<string, string> Fields => refund;

    public void Write(HttpRequestMessage request, NotifyFaults faults, DateTimeOffset now)
    {
        var changes = (faults.ResignTampered ?? []).Concat(faults.Tamper ?? []).ToList();
        var inner = Overwritten(refund, changes.Where(change => !OuterNames.Contains(change.Key)));
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["return_code"] = "SUCCESS",
            ["appid"] = merchant.AppId,
            ["mch_id"] = merchant.MchId,
            ["nonce_str"] = V2Nonce.Create(),
            [ReqInfo] = Seal(inner, faults),
        };
        fields = Overwritten(fields, changes.Where(change => OuterNames.Contains(change.Key)));
        if (faults.OmitSignature == true)
        {
            fields.Remove(ReqInfo);
        }

        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(FlatXmlWriter.Write(fields, faults.DocumentType == true ? DocumentType : "")));
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/xml");
    }

    public bool IsAcknowledged(int status, string answer) => V2Acknowledgement.IsOne(status, Encoding.UTF8.GetBytes(answer));

    private string Seal(Dictionary<string, string> inner, NotifyFaults faults)
    {
        var closed = V2Seal.Close(FlatXmlWriter.Write(inner, root: "root"), faults.WrongKey == true ? V2Nonce.Create() : merchant.ApiV2Key);
        return faults.TruncatedTag == true ? Convert.ToBase64String(Convert.FromBase64String(closed).AsSpan()[..^CutBytes]) : closed;
    }

    private static Dictionary<string, string> Overwritten(Dictionary<string, string> fields, IEnumerable<KeyValuePair<string, string>> changes)
    {
        var copy = new Dictionary<string, string>(fields, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            copy[name] = value;
        }

        return copy;
    }
}
