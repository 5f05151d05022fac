using System.Text.Json;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.Alipay.Gateway;

/// <summary>A request whose signature was right.</summary>
internal sealed class GatewayCall(RawCall raw, Merchant merchant, string method)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly JsonObject content = Parse(raw.Parameters.GetValueOrDefault("biz_content"));

    public Merchant Merchant => merchant;

    public string Method => method;

    public string Charset => raw.CharsetName;

    /// <summary>A parameter of the envelope, empty when absent.</summary>
    public string Parameter(string name) => raw.Parameters.GetValueOrDefault(name) ?? "";

    /// <summary>A member of biz_content as text, empty when absent.</summary>
    public string Biz(string name) => content[name] switch
    {
        null => "",
        JsonValue value => value.ToString(),
        var other => other.ToJsonString(),
    };

    public bool BizLists(string name, string item) =>
        content[name] is JsonArray list && list.Any(entry => entry?.ToString() == item);

    private static JsonObject Parse(string? text)
    {
        try
        {
            return string.IsNullOrWhiteSpace(text) ? [] : JsonNode.Parse(text, null, Strict) as JsonObject ?? throw NotAnObject();
        }
        catch (JsonException)
        {
            throw NotAnObject();
        }
    }

    private static Refusal NotAnObject() => Refusal.Invalid("parameter", "参数无效：biz_content 不是合法的JSON对象");
}
