using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Modular.Sandbox;

/// <summary>JSON as gateways write it: Chinese readable, and members in no order that anybody may rely on.</summary>
internal static class JsonMembers
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(JsonNode node) => node.ToJsonString(Readable);

    /// <summary>A copy with the members in another order each time, at the top and in objects below.</summary>
    public static JsonObject Shuffled(JsonObject node)
    {
        var members = node
            .Select(member => KeyValuePair.Create(member.Key, member.Value is JsonObject inner ? Shuffled(inner) : member.Value?.DeepClone()))
            .ToArray();
        RandomNumberGenerator.Shuffle<KeyValuePair<string, JsonNode?>>(members);
        return new JsonObject(members);
    }

    /// <summary>
    /// Replaces the member at a path like <c>amount.total</c>, adding it where it is missing. What was a number stays one if the
    /// value is written like one.
    /// </summary>
    public static void Overwrite(JsonObject node, string path, string value)
    {
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            if (node[name] is not JsonObject inner)
            {
                node[name] = inner = [];
            }

            node = inner;
        }

        var wasNumber = node[names[^1]]?.GetValueKind() == JsonValueKind.Number;
        node[names[^1]] = wasNumber && long.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : JsonValue.Create(value);
    }
}
