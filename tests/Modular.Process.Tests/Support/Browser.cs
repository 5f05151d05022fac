using System.Net;
using System.Text.RegularExpressions;

namespace Modular.Process.Tests.Support;

/// <summary>A browser as far as cookies and forms go. It follows no redirects.</summary>
public sealed partial class Browser : IDisposable
{
    private readonly HttpClient http;

    public Browser(Uri shop) =>
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = shop };

    public async Task<int> StatusAsync(string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        return (int)response.StatusCode;
    }

    public async Task<string> TextAsync(string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>The antiforgery token of a page's form.</summary>
    public async Task<string> TokenAsync(string path)
    {
        var match = Token().Match(await TextAsync(path));
        Assert.True(match.Success, $"{path} has no form with an antiforgery token.");
        return match.Groups[1].Value;
    }

    public async Task<(int Status, string? Location, string Text)> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value)));
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
        return ((int)response.StatusCode, response.Headers.Location?.ToString(), await response.Content.ReadAsStringAsync());
    }

    public void Dispose() => http.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
