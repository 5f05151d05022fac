using System.Net;
using System.Text.RegularExpressions;
using Modular.Testing.Hosting;

namespace Modular.Tests.Support;

/// <summary>A browser in which somebody has signed in to the operations pages, without its window.</summary>
internal sealed partial class OperatorBrowser : IDisposable
{
    public const string Operator = "olivia";
    public const string Viewer = "victor";

    private OperatorBrowser(HttpClient client) => Client = client;

    public HttpClient Client { get; }

    public static async Task<OperatorBrowser> SignInAsync(TestShop shop, string name = Operator)
    {
        var browser = new OperatorBrowser(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = shop.Address });
        var reply = await browser.SubmitAsync("/ops/login", "/ops/login", ("name", name), ("password", TestShop.OperatorPassword));
        Assert.True(reply.Status is 302 or 303, reply.Text);
        return browser;
    }

    /// <summary>Loads a page for its form's token and posts fields with it.</summary>
    public async Task<Reply> SubmitAsync(string page, string action, params (string Name, string Value)[] fields)
    {
        var loaded = await Client.GetTextAsync(page);
        Assert.Equal(200, loaded.Status);
        var token = Token().Match(loaded.Text);
        return await PostAsync(action, token.Success ? [.. fields, ("__RequestVerificationToken", token.Groups[1].Value)] : fields);
    }

    public Task<Reply> PostAsync(string action, params (string Name, string Value)[] fields) => Client.SendTextAsync(
        HttpMethod.Post, action, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    public void Dispose() => Client.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
