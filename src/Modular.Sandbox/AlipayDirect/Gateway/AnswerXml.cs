using System.Xml.Linq;
using Modular.Sandbox.AlipayDirect.Wire;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Gateway;

/// <summary>The XML of answers to servers, in the charset of the request.</summary>
internal static class AnswerXml
{
    public static IResult Error(DirectCall call, DirectRefusal refusal) =>
        Write(call, new XElement("is_success", "F"), new XElement("error", refusal.Code));

    public static IResult Success(DirectCall call, params XElement[] more) => Write(call, [new XElement("is_success", "T"), .. more]);

    /// <summary>
    /// A success whose response holds one node of fields, which are signed as the parameters of a request are, with the type and the
    /// charset of the request.
    /// </summary>
    public static IResult Signed(DirectCall call, DirectMerchant merchant, string node, IReadOnlyList<KeyValuePair<string, string>> fields, GatewayFaultKind fault)
    {
        var request = new XElement("request", call.Parameters
            .Where(parameter => parameter.Key is not ("sign" or "sign_type"))
            .Select(parameter => new XElement("param", new XAttribute("name", parameter.Key), parameter.Value)));
        var response = new XElement("response", new XElement(node, fields.Select(field => new XElement(field.Key, field.Value))));
        if (fault == GatewayFaultKind.Unsigned)
        {
            return Success(call, request, response);
        }

        var sign = DirectSignature.Sign(
            merchant, call["sign_type"], DirectSignature.Text(fields), call.Charset, wrongKey: fault == GatewayFaultKind.WrongSignature);
        return Success(call, request, response, new XElement("sign", sign), new XElement("sign_type", call["sign_type"]));
    }

    private static IResult Write(DirectCall call, params XElement[] children)
    {
        var text = $"<?xml version=\"1.0\" encoding=\"{call.CharsetName}\"?>\n{new XElement("alipay", children.Cast<object>().ToArray()).ToString(SaveOptions.DisableFormatting)}";
        return Results.Bytes(call.Charset.GetBytes(text), $"text/xml;charset={call.CharsetName}");
    }
}
