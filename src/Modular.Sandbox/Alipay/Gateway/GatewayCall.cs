using System.Text.Json.Nodes;

namespace Modular.Sandbox.Alipay.Gateway;

/// <summary>A request whose signature was right.</summary>
internal sealed class GatewayCall(RawCall raw, Merchant merchant, string method)
{
    private readonly JsonObject content = BizContent.Parse(raw.Parameters.GetValueOrDefault("biz_content"))
        ?? throw Refusal.Invalid("parameter", "参数无效：biz_content 不是合法的JSON对象");

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
}
