using Microsoft.Extensions.DependencyInjection;
using Modular.Kernel.Web;
using Modular.Testing.Hosting;

namespace Modular.Tests.Support;

/// <summary>Looks at an order's pages as its shopper or as a stranger.</summary>
internal static class OrderPages
{
    /// <summary>The capability that the shopper's link carries.</summary>
    public static string KeyFor(this TestShop shop, string orderNo) => shop.Services.GetRequiredService<OrderAccess>().KeyFor(orderNo);

    /// <summary>The HTTP status of the order's event stream; the stream itself is dropped.</summary>
    public static async Task<int> WatchStatusAsync(this TestShop shop, string orderNo, string? key)
    {
        using var response = await OpenAsync(shop, orderNo, key);
        return (int)response.StatusCode;
    }

    /// <summary>The statuses that the order's event stream sends, until it ends or the caller stops reading.</summary>
    public static async IAsyncEnumerable<string> WatchAsync(this TestShop shop, string orderNo)
    {
        using var response = await OpenAsync(shop, orderNo, shop.KeyFor(orderNo));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: {\"status\":", StringComparison.Ordinal))
            {
                yield return line[16..^1].Trim('"');
            }
        }
    }

    private static Task<HttpResponseMessage> OpenAsync(TestShop shop, string orderNo, string? key) => shop.Web.GetAsync(
        new Uri($"/orders/{orderNo}/events" + (key is null ? "" : "?key=" + Uri.EscapeDataString(key)), UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
}
