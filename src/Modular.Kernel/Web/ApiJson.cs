using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Modular.Kernel.Web;

/// <summary>How the JSON API reads and writes JSON.</summary>
public static class ApiJson
{
    /// <summary>Bodies of the API are small; more than this is a mistake or an attack.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>Camel case; a member given twice is refused, because readers disagree about which one counts.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Applies the same settings to the framework's options.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = 16;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new UtcConverter());
    }

    /// <summary>Reads a body once, as bytes and as <typeparamref name="T"/>.</summary>
    /// <exception cref="ApiProblemException">The media type, the size or the JSON is wrong; the message says which.</exception>
    public static async Task<(T Value, byte[] Bytes)> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiProblemException(415, "unsupported_media_type", "Send the body as application/json.");
        }

        var bytes = await Bodies.ReadAsync(request, MaxBodyBytes, cancellationToken)
            ?? throw new ApiProblemException(413, "body_too_large", $"The body is larger than {MaxBodyBytes} bytes.");
        try
        {
            return (JsonSerializer.Deserialize<T>(bytes, Options)
                ?? throw new ApiProblemException(400, "malformed_json", "The body is null; an object is expected."), bytes);
        }
        catch (JsonException e)
        {
            throw new ApiProblemException(400, "malformed_json", $"The body is not the JSON that is expected here, at {e.Path ?? "$"}, line {(e.LineNumber ?? 0) + 1}.");
        }
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Configure(options);
        options.TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver();
        options.MakeReadOnly();
        return options;
    }

    // Times leave as UTC with a Z, to the millisecond, whatever offset they carry inside.
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset().ToUniversalTime();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
    }
}
