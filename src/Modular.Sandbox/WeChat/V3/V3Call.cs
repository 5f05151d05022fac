using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>A request as it came, with the exact bytes that its signature covers.</summary>
/// <param name="Target">Path and query, undecoded.</param>
internal sealed record V3Call(HttpRequest Request, string Target, string Body)
{
    private const int LargestBody = 64 * 1024;

    /// <summary>The request's path and body; null when the body is larger than any order.</summary>
    public static async Task<V3Call?> ReadAsync(HttpRequest request)
    {
        var body = await RequestBody.ReadAsync(request, LargestBody);
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return body is null ? null : new V3Call(request, target, Encoding.UTF8.GetString(body));
    }

    /// <summary>What is signed: five lines, each with its line feed.</summary>
    public string Message(V3Authorization authorization) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Request.Method}\n{Target}\n{authorization.Timestamp}\n{authorization.Nonce}\n{Body}\n");
}
