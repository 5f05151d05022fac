using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>Believes an answer only when Alipay signed it. Everything else is a sentence that begins with "The answer".</summary>
internal sealed class ResponseCheck(AlipayTrust trust)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public GatewayAnswer Read(ReadOnlyMemory<byte> body, string method)
    {
        if (!Utf8.IsValid(body.Span))
        {
            return Unknown("is not UTF-8");
        }

        if (ResponseEnvelope.Read(body.Span, method, out var problem) is not { } envelope)
        {
            return Unknown(problem!);
        }

        var node = body[envelope.Node];
        if (Fields(node) is not { } fields)
        {
            return Unknown("has a member twice or a text that cannot be read");
        }

        var answer = new GatewayAnswer.Verified(fields);
        if (envelope.Sign is null)
        {
            return Unknown($"is not signed; it says {answer.Complaint}") with { SubCode = answer.SubCode };
        }

        if (trust.CertificateSerial is { } ours && envelope.CertificateSerial is { } theirs && theirs != ours)
        {
            return Unknown($"was signed with the certificate {ForeignText.OneLine(theirs, 64)}, configured is {ours}: download Alipay's current certificate from the console") with { IsSignedByAnother = true };
        }

        return IsAuthentic(node.Span, envelope.Sign)
            ? answer
            : Unknown($"is signed, but not with {trust.Name}; it says {answer.Complaint}") with { IsSignedByAnother = true };
    }

    private bool IsAuthentic(ReadOnlySpan<byte> node, string sign)
    {
        Span<byte> signature = stackalloc byte[1024];
        if (!SignatureCheck.TryDecode(Encoding.UTF8.GetBytes(sign), signature, out var length))
        {
            return false;
        }

        if (SignatureCheck.IsAuthentic(node, signature[..length], trust.Key))
        {
            return true;
        }

        // Parts of Alipay sign the text before their JSON writer has escaped its slashes.
        var text = Encoding.UTF8.GetString(node);
        return text.Contains("\\/", StringComparison.Ordinal)
            && SignatureCheck.IsAuthentic(Encoding.UTF8.GetBytes(text.Replace("\\/", "/", StringComparison.Ordinal)), signature[..length], trust.Key);
    }

    /// <summary>The texts and numbers directly inside the node, or null when a member stands twice or cannot be read.</summary>
    private static Dictionary<string, string>? Fields(ReadOnlyMemory<byte> node)
    {
        try
        {
            using var json = JsonDocument.Parse(node, Strict);
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in json.RootElement.EnumerateObject())
            {
                var value = member.Value.ValueKind switch
                {
                    JsonValueKind.String => member.Value.GetString()!,
                    JsonValueKind.Number => member.Value.GetRawText(),
                    _ => "",
                };
                if (value.Contains('\0', StringComparison.Ordinal))
                {
                    return null;
                }

                fields[member.Name] = value;
            }

            return fields;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static GatewayAnswer.Unknown Unknown(string what) => new($"The answer {what}.");
}
