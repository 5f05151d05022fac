using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Modular.Testing.Hosting;

namespace Modular.Tests.Support;

/// <summary>Somebody signed in at the operations pages, with their cookies.</summary>
internal sealed partial class Desk : IDisposable
{
    private Desk(HttpClient client) => Client = client;

    public HttpClient Client { get; }

    /// <summary>Signs in the operator <c>olivia</c>, the viewer <c>victor</c>, or whom the shop knows besides. The pages are English.</summary>
    public static async Task<Desk> OfAsync(TestShop shop, string name = "olivia")
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = shop.Address };
        client.DefaultRequestHeaders.Add("Accept-Language", "en");
        var desk = new Desk(client);
        Assert.Equal(303, (await desk.PostAsync("/ops/login", ("name", name), ("password", TestShop.OperatorPassword))).Status);
        return desk;
    }

    public Task<Reply> GetAsync(string path) => Client.GetTextAsync(path);

    /// <summary>The text of a page that must be there.</summary>
    public async Task<string> PageAsync(string path)
    {
        var reply = await GetAsync(path);
        Assert.True(reply.Status == 200, $"{path} answered {reply.Status} {reply.Location}");
        return reply.Text;
    }

    /// <summary>Sends a form with the token of this browser.</summary>
    public async Task<Reply> PostAsync(string path, params (string Name, string? Value)[] fields) =>
        await PostBareAsync(path, [.. fields, ("__RequestVerificationToken", await TokenAsync())]);

    /// <summary>Sends a form as another site would have the browser send it: with its cookies, without the token.</summary>
    public Task<Reply> PostBareAsync(string path, params (string Name, string? Value)[] fields)
    {
        var form = string.Join('&', fields.Select(field => $"{field.Name}={WebUtility.UrlEncode(field.Value)}"));
        return Client.SendTextAsync(HttpMethod.Post, path, Http.Bytes(Encoding.ASCII.GetBytes(form), "application/x-www-form-urlencoded"));
    }

    /// <summary>The value of an attribute of the first element that has it.</summary>
    public static string? Attribute(string page, string name) =>
        Regex.Match(page, $" {Regex.Escape(name)}=\"([^\"]*)\"") is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : null;

    public void Dispose() => Client.Dispose();

    // The audit's page has a form for everybody; before signing in only the login has one.
    private async Task<string> TokenAsync()
    {
        var page = await Client.GetTextAsync("/ops/audit");
        var text = page.Status == 200 ? page.Text : (await Client.GetTextAsync("/ops/login")).Text;
        return Token().Match(text).Groups[1].Value;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
