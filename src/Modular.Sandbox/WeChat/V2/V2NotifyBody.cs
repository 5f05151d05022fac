using Modular.Sandbox.Faults;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>Writes the notification of a payment for one attempt, signed, and spoilt where a fault says so.</summary>
internal static class V2NotifyBody
{
    // Refers to nothing: a receiver that reads it at all has failed the test, and nothing is fetched.
    private const string DocumentType = "<!DOCTYPE xml [<!ENTITY sandbox \"a document type\">]>\n";

    /// <summary>What is told of a payment, before the nonce and the signature of the single attempt.</summary>
    public static Dictionary<string, string> Fields(WeChatTrade trade)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["return_code"] = "SUCCESS",
            ["result_code"] = "SUCCESS",
            ["appid"] = trade.AppId,
            ["mch_id"] = trade.MchId,
            ["device_info"] = trade.DeviceId,
        };
        TradeFields.AddPayment(fields, trade);
        return fields.Where(field => field.Value.Length > 0).ToDictionary(StringComparer.Ordinal);
    }

    /// <param name="algorithm">That of the order; HMAC-SHA256 is announced, MD5 is what goes without saying.</param>
    public static string Write(IReadOnlyDictionary<string, string> news, string key, string algorithm, NotifyFaults faults)
    {
        var fields = new Dictionary<string, string>(news, StringComparer.Ordinal) { ["nonce_str"] = V2Nonce.Create() };
        Overwrite(fields, faults.ResignTampered);
        var signed = Sign(fields, faults.WrongKey == true ? V2Nonce.Create() : key, faults.SignType ?? algorithm);
        Overwrite(signed, faults.Tamper);
        if (faults.OmitSignature == true)
        {
            signed.Remove("sign");
        }

        return FlatXmlWriter.Write(signed, faults.DocumentType == true ? DocumentType : "");
    }

    /// <summary>The fields with their signature, and with <c>sign_type</c> unless it is MD5.</summary>
    public static Dictionary<string, string> Sign(IReadOnlyDictionary<string, string> fields, string key, string algorithm)
    {
        var signed = FlatXmlWriter.Legal(fields);
        if (algorithm != V2Signature.Md5)
        {
            signed["sign_type"] = algorithm;
        }

        signed["sign"] = V2Signature.Sign(signed, key, algorithm);
        return signed;
    }

    private static void Overwrite(Dictionary<string, string> fields, Dictionary<string, string>? values)
    {
        foreach (var (name, value) in values ?? [])
        {
            fields[name] = value;
        }
    }
}
