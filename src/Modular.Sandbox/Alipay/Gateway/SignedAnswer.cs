using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Alipay.Wire;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.Alipay.Gateway;

/// <summary>Writes an answer whose signature covers exactly the bytes of the answer's node.</summary>
internal sealed class SignedAnswer(IOptions<SandboxOptions> options)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public IResult Write(RawCall raw, string nodeName, JsonObject node, Merchant? merchant, GatewayFaultKind fault)
    {
        var text = Ordered(node).ToJsonString(Readable);
        var answer = new StringBuilder($"{{\"{nodeName}\":{text}");
        if (merchant?.Certificates is { } certificates)
        {
            answer.Append(",\"alipay_cert_sn\":\"").Append(certificates.AlipaySerial).Append('"');
        }

        // Nobody's error cannot be signed: without an app there is no key to choose.
        if (merchant is not null && fault != GatewayFaultKind.Unsigned)
        {
            var key = fault == GatewayFaultKind.WrongSignature ? NobodysKey.Value : merchant.AlipayKey;
            answer.Append(",\"sign\":\"").Append(WireSignature.Sign(key, text, raw.Charset)).Append('"');
        }

        return Results.Bytes(raw.Charset.GetBytes(answer.Append('}').ToString()), $"application/json;charset={raw.CharsetName}");
    }

    private JsonObject Ordered(JsonObject node)
    {
        if (!options.Value.Alipay.ShuffleMembers)
        {
            return node;
        }

        var members = node.Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())).ToArray();
        RandomNumberGenerator.Shuffle<KeyValuePair<string, JsonNode?>>(members);
        return new JsonObject(members);
    }
}
