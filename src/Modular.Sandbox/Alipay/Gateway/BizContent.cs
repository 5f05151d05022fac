using System.Text.Json;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.Alipay.Gateway;

internal static class BizContent
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Empty where there is none; null where it is no JSON object, or one that says something twice.</summary>
    public static JsonObject? Parse(string? text)
    {
        try
        {
            return string.IsNullOrWhiteSpace(text) ? [] : JsonNode.Parse(text, null, Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
