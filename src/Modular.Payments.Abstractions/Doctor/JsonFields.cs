using System.Text;
using System.Text.Json;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>Reads a form that something has turned into a flat JSON object.</summary>
public static class JsonFields
{
    /// <summary>The members as fields, their values in the bytes of <paramref name="charset"/>; null when the body is no such object.</summary>
    public static FieldMessage? Read(ReadOnlyMemory<byte> body, Encoding charset)
    {
        ArgumentNullException.ThrowIfNull(charset);
        if (!body.Span.StartsWith("{"u8))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            var fields = document.RootElement.EnumerateObject()
                .Select(member => (member.Name, Value: member.Value.ValueKind == JsonValueKind.String ? ByteText.Encode(member.Value.GetString()!, charset) : null))
                .ToArray();
            return fields.All(field => field.Value is not null) ? new FieldMessage([.. fields.Select(field => new Field(field.Name, field.Value!))]) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
