using System.Text;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>Writes the answers of API v2, signed with the algorithm of the request.</summary>
internal static class V2Answers
{
    // Seen on the real host for failures; nobody may rely on it.
    private const string ContentType = "text/plain";

    public static IResult Failure(string message) => Text(FlatXmlWriter.Failure(message));

    /// <summary>The failure of a download, which is not signed whoever asks.</summary>
    public static IResult Failure(string code, string message) =>
        Text(FlatXmlWriter.Write([new("return_code", "FAIL"), new("return_msg", message), new("error_code", code)]));

    /// <summary>What stands in front of the real host says so itself, and not in XML.</summary>
    public static IResult NoCertificate() => Results.Text(
        "<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>No required SSL certificate was sent</center>\r\n</body>\r\n</html>\r\n",
        "text/html",
        Encoding.UTF8,
        StatusCodes.Status400BadRequest);

    /// <param name="special">What belongs to the method and the outcome; the rest is added here.</param>
    public static IResult Signed(V2Call call, Dictionary<string, string> special, GatewayFaultKind fault)
    {
        var fields = new Dictionary<string, string>(special, StringComparer.Ordinal)
        {
            ["return_code"] = "SUCCESS",
            ["return_msg"] = "OK",
            ["appid"] = call["appid"],
            ["mch_id"] = call["mch_id"],
            ["nonce_str"] = V2Nonce.Create(),
        };
        if (call["device_info"].Length > 0)
        {
            fields["device_info"] = call["device_info"];
        }

        fields = FlatXmlWriter.Legal(fields);
        if (fault != GatewayFaultKind.Unsigned)
        {
            var key = fault == GatewayFaultKind.WrongSignature ? V2Nonce.Create() : call.Merchant.ApiV2Key;
            fields["sign"] = V2Signature.Sign(fields, key, call.Algorithm);
        }

        return Text(FlatXmlWriter.Write(fields));
    }

    public static Dictionary<string, string> Explain(string code, string message) => new()
    {
        ["result_code"] = "FAIL",
        ["err_code"] = code,
        ["err_code_des"] = message,
    };

    private static IResult Text(string xml) => Results.Text(xml, ContentType, Encoding.UTF8);
}
