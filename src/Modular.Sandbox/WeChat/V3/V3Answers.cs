using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>
/// Writes answers. To a merchant who was made out they are signed, refusals too, with the key that the request names or else
/// the newest; nobody's refusal is not signed, as there is no key to choose.
/// </summary>
internal sealed class V3Answers(IOptions<SandboxOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(10);

    private readonly bool shuffle = options.Value.WeChat.ShuffleMembers;

    /// <param name="node">Null: status 204 without a body.</param>
    public IResult Success(V3Call call, WeChatMerchant merchant, JsonObject? node, GatewayFaultKind fault) =>
        Write(call, merchant, node is null ? StatusCodes.Status204NoContent : StatusCodes.Status200OK, node, "0", fault);

    public IResult Refuse(V3Call call, WeChatMerchant? merchant, WeChatRefusal refusal, GatewayFaultKind fault)
    {
        var node = new JsonObject { ["code"] = refusal.Code, ["message"] = refusal.Message };
        if (refusal.Detail is { } detail)
        {
            node["detail"] = new JsonObject { ["field"] = detail.Field, ["value"] = detail.Value ?? "", ["issue"] = detail.Issue, ["location"] = detail.Location };
        }

        return Write(call, merchant, refusal.Status, node, Tail(refusal.Code), fault);
    }

    /// <summary>The number at the end of Request-ID tells what was wrong, to those who know it.</summary>
    private static string Tail(string code) => code switch
    {
        "ORDERPAID" or "ORDER_PAID" => "268449538",
        "ORDER_NOT_EXIST" => "268512771",
        "OUT_TRADE_NO_USED" or "INVALID_REQUEST" => "268498688",
        "ORDER_CLOSED" => "268447914",
        "SIGN_ERROR" => "268443699",
        "APPID_MCHID_NOT_MATCH" => "268445527",
        _ => "268435456",
    };

    private Answer Write(V3Call call, WeChatMerchant? merchant, int status, JsonObject? node, string tail, GatewayFaultKind fault)
    {
        var body = node is null ? "" : JsonMembers.Text(shuffle ? JsonMembers.Shuffled(node) : node);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (merchant is not null || !call.Target.StartsWith("/v3/pay/", StringComparison.Ordinal))
        {
            // The real host leaves it out where it refuses nobody's payment request.
            headers["Request-ID"] = $"08{Digits.Token(30).ToUpperInvariant()}-{tail}";
        }

        if (merchant is not null && fault != GatewayFaultKind.Unsigned && KeyFor(call, merchant) is { } key)
        {
            var signer = fault == GatewayFaultKind.WrongSignature ? new PlatformKey(key.Serial, NobodysKey.Value, null) : key;
            var at = time.GetUtcNow() - (fault == GatewayFaultKind.StaleTimestamp ? Stale : TimeSpan.Zero);
            foreach (var (name, value) in V3Headers.Sign(key, signer, body, at))
            {
                headers[name] = value;
            }
        }

        return new Answer(status, body, headers);
    }

    private static PlatformKey? KeyFor(V3Call call, WeChatMerchant merchant) =>
        merchant.KeyOf(call.Request.Headers[V3Headers.Serial].ToString()) ?? merchant.DefaultKey;

    private sealed class Answer(int status, string body, Dictionary<string, string> headers) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            foreach (var (name, value) in headers)
            {
                response.Headers[name] = value;
            }

            if (body.Length > 0)
            {
                response.ContentType = "application/json; charset=utf-8";
                await response.Body.WriteAsync(Encoding.UTF8.GetBytes(body), httpContext.RequestAborted);
            }
        }
    }
}
