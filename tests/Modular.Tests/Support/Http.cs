using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Modular.Tests.Support;

/// <summary>An answer, read to its end.</summary>
internal sealed record Reply(int Status, string? ContentType, string Text, HttpResponseHeaders Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    /// <summary>The stable code of a problem answer.</summary>
    public string? Code => Json["code"]?.GetValue<string>();

    public string? Location => Headers.Location?.OriginalString;
}

/// <summary>Sends requests exactly as a test writes them.</summary>
internal static class Http
{
    public static Task<Reply> GetTextAsync(this HttpClient client, string path, params (string Name, string Value)[] headers) =>
        client.SendTextAsync(HttpMethod.Get, path, null, headers);

    public static Task<Reply> PostAsync(this HttpClient client, string path, object? body, params (string Name, string Value)[] headers) =>
        client.SendTextAsync(HttpMethod.Post, path, Json(body as string ?? JsonSerializer.Serialize(body)), headers);

    public static async Task<Reply> SendTextAsync(
        this HttpClient client, HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        // An Uri object would tidy doubled slashes and dots away.
        using var request = new HttpRequestMessage(method, client.BaseAddress!.ToString().TrimEnd('/') + path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request);
        return new Reply((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsStringAsync(), response.Headers);
    }

    public static HttpContent Json(string text) => new StringContent(text, Encoding.UTF8, "application/json");

    public static HttpContent Bytes(byte[] bytes, string? contentType)
    {
        var content = new ByteArrayContent(bytes);
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return content;
    }
}
