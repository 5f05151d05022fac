using System.Net;

namespace Modular.Sandbox.Tests.Support;

/// <summary>One person's browser: its own cookies, its name, and the page that a link is followed from. Follows no redirect.</summary>
internal sealed class Browser : IDisposable
{
    public const string WeChat = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) MicroMessenger/8.0.60(0x18003c2f) Language/zh_CN";
    public const string Android = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36";
    public const string IPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1";

    private readonly HttpClient client;

    public Browser(SandboxHost sandbox, string userAgent)
    {
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = sandbox.Client.BaseAddress };
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", userAgent);
    }

    /// <summary>Sent along as the address of the page before; null sends none.</summary>
    public string? Referer { get; set; }

    public Task<Page> OpenAsync(string address) => SendAsync(HttpMethod.Get, address, []);

    /// <summary>What a phone does with the content of a QR code.</summary>
    public async Task<Page> ScanAsync(string codeUrl)
    {
        var page = await OpenAsync("/wechat/scan?code_url=" + Uri.EscapeDataString(codeUrl));
        return page.Location is { } address ? await OpenAsync(address) : page;
    }

    public Task<Page> PostAsync(string address, params (string Name, string Value)[] form) => SendAsync(HttpMethod.Post, address, form);

    /// <summary>Presses the button with the id, as a browser without JavaScript would.</summary>
    public Task<Page> PressAsync(Page page, string id)
    {
        var form = page.FormOf(id);
        return PostAsync(form.Action, [.. form.Fields]);
    }

    public void Dispose() => client.Dispose();

    private async Task<Page> SendAsync(HttpMethod method, string address, (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Referrer = Referer is null ? null : new Uri(Referer);
        request.Content = method == HttpMethod.Post ? new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))) : null;
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Page((int)response.StatusCode, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
