using System.Text;
using System.Text.Json;
using Modular.Payments.Abstractions.Doctor;

namespace Modular.Payments.Alipay.Doctor;

/// <summary>Reads a form that something has turned into a flat JSON object.</summary>
internal static class JsonFields
{
    public static FieldMessage? Read(ReadOnlyMemory<byte> body)
    {
        if (!body.Span.StartsWith("{"u8))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            return document.RootElement.EnumerateObject().All(member => member.Value.ValueKind == JsonValueKind.String)
                ? new FieldMessage([.. document.RootElement.EnumerateObject().Select(member => new Field(member.Name, ByteText.Of(Encoding.UTF8.GetBytes(member.Value.GetString()!))))])
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
