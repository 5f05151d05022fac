using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// The outer object of an answer: <c>{"&lt;method&gt;_response":{…},"alipay_cert_sn":"…","sign":"…"}</c>. What is signed is the
/// text of the inner object exactly as it was sent, so the envelope keeps its place in the body instead of its content.
/// </summary>
/// <param name="Node">Where the inner object stands in the body.</param>
/// <param name="Sign">The signature, null when the answer is not signed.</param>
/// <param name="CertificateSerial">The serial of the certificate that signed, null when none is named.</param>
internal sealed record ResponseEnvelope(Range Node, string? Sign, string? CertificateSerial)
{
    /// <summary>Finds the parts of <paramref name="body"/>. The problem is the end of the sentence "The answer …", or null.</summary>
    public static ResponseEnvelope? Read(ReadOnlySpan<byte> body, string method, out string? problem)
    {
        try
        {
            var envelope = Walk(body, NodeName(method), out problem);
            return problem is null ? envelope : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the reader says to broken surrogates in an escaped string.
            problem = "is not the JSON that Alipay answers with";
            return null;
        }
    }

    private static string NodeName(string method) => method.Replace('.', '_') + "_response";

    private static ResponseEnvelope? Walk(ReadOnlySpan<byte> body, string nodeName, out string? problem)
    {
        Range? node = null;
        string? sign = null, serial = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            problem = "is not a JSON object";
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;

            // A gateway that failed early answers with error_response; beside a real answer it would be one too many.
            var isNode = name == nodeName || name == "error_response";
            if (!seen.Add(isNode ? nodeName : name))
            {
                problem = $"has the member {ForeignText.OneLine(name, 64)} twice";
                return null;
            }

            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var isText = reader.TokenType == JsonTokenType.String;
            if (isNode && reader.TokenType != JsonTokenType.StartObject)
            {
                problem = isText ? "is encrypted: switch content encryption off for the application" : "has no object inside";
                return null;
            }

            sign = name == "sign" && isText ? reader.GetString() : sign;
            serial = name == "alipay_cert_sn" && isText ? reader.GetString() : serial;
            reader.Skip();
            node = isNode ? start..(int)reader.BytesConsumed : node;
        }

        // Reading on to the end refuses whatever follows the object.
        while (reader.Read())
        {
        }

        problem = node is null ? "is not about what was asked" : null;
        return node is { } found ? new ResponseEnvelope(found, string.IsNullOrEmpty(sign) ? null : sign, serial) : null;
    }
}
