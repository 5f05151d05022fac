using System.Text.Json;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>The <c>scene_info</c> of an MWEB order: from what kind of page or app the shopper comes.</summary>
internal static class SceneInfo
{
    private static readonly Dictionary<string, string[]> Members = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Wap"] = ["wap_url", "wap_name"],
        ["IOS"] = ["app_name", "bundle_id"],
        ["Android"] = ["app_name", "package_name"],
    };

    /// <summary>Whether it has an <c>h5_info</c> with a known type and the members of that type.</summary>
    public static bool IsH5(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("h5_info", out var info) && info.ValueKind == JsonValueKind.Object
            && Members.TryGetValue(Text(info, "type"), out var members) && members.All(member => Text(info, member).Length > 0);
    }

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString()! : "";
}
