using System.Text.Json;
using System.Text.Json.Nodes;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>The addresses of API v3 at the root, as merchants know them from the real host.</summary>
internal sealed partial class V3Endpoint(
    V3Check check, V3Answers answers, V3Orders orders, V3Trades trades, V3Refunds refunds, V3Bills bills, FaultyGateway gateway, ILogger<V3Endpoint> logger)
{
    private const string Transactions = "/v3/pay/transactions/";
    private const string Refunds = "/v3/refund/domestic/refunds";

    /// <summary>Answers a merchant who was made out; null is an answer without a body.</summary>
    private delegate JsonObject? Work(V3Call call, WeChatMerchant merchant, string? outTradeNo);

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var product in new[] { WeChatProduct.Jsapi, WeChatProduct.Native, WeChatProduct.H5, WeChatProduct.App })
        {
            routes.MapPost(Transactions + product, Handler("v3." + product, (call, merchant, _) => orders.Place(merchant, product, call.Body)));
        }

        routes.MapGet(Transactions + "out-trade-no/{number}", Handler("v3.query", (call, merchant, number) => trades.ByNumber(merchant, call.Request, number!)));
        routes.MapGet(Transactions + "id/{id}", (HttpContext context, string id) =>
            HandleAsync(context, "v3.query", null, (call, merchant, _) => trades.ById(merchant, call.Request, id)));
        routes.MapPost(Transactions + "out-trade-no/{number}/close", Handler("v3.close", (call, merchant, number) =>
        {
            trades.Close(merchant, number!, call.Body);
            return null;
        }));
        routes.MapPost(Refunds, Handler("v3.refund", (call, merchant, _) => refunds.Ask(merchant, call.Body)));
        routes.MapGet(Refunds + "/{refundNo}", (HttpContext context, string refundNo) =>
            HandleAsync(context, "v3.refundquery", null, (_, merchant, _) => refunds.Query(merchant, refundNo)));
        routes.MapGet("/v3/bill/tradebill", Handler("v3.tradebill", (call, merchant, _) => bills.TradeBill(merchant, call.Request)));
        routes.MapGet(V3Bills.DownloadPath, (Delegate)((HttpContext context) =>
            ServeAsync(context, "v3.billdownload", null, (call, merchant, _) => bills.Download(merchant, call.Request))));
        routes.MapGet("/v3/certificates", Handler("v3.certificates", (_, merchant, _) => V3Certificates.Of(merchant)));
    }

    /// <summary>For an address whose only variable part, if any, is the merchant's number of a trade.</summary>
    private Delegate Handler(string method, Work work) => (HttpContext context) =>
        HandleAsync(context, method, context.GetRouteValue("number") as string, work);

    private Task<IResult> HandleAsync(HttpContext context, string method, string? outTradeNo, Work work) => ServeAsync(
        context, method, outTradeNo, (call, merchant, fault) => answers.Success(call, merchant, work(call, merchant, outTradeNo), fault));

    private async Task<IResult> ServeAsync(HttpContext context, string method, string? outTradeNo, Func<V3Call, WeChatMerchant, GatewayFaultKind, IResult> work)
    {
        if (await V3Call.ReadAsync(context.Request) is not { } call)
        {
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        return await gateway.AnswerAsync(
            context,
            method,
            outTradeNo ?? NumberIn(call.Body),
            fault => Answer(call, method, work, fault),
            () => answers.Refuse(call, null, WeChatRefusal.Unavailable(), GatewayFaultKind.None));
    }

    private IResult Answer(V3Call call, string method, Func<V3Call, WeChatMerchant, GatewayFaultKind, IResult> work, GatewayFaultKind fault)
    {
        WeChatMerchant? merchant = null;
        try
        {
            merchant = check.Authenticate(call);
            var answer = work(call, merchant, fault);
            LogAnswer(method, "OK");
            return answer;
        }
        catch (WeChatRefusal refusal)
        {
            LogAnswer(method, refusal.Code);
            return answers.Refuse(call, merchant, refusal, fault);
        }
    }

    /// <summary>Which trade a body is about, for the faults of single trades; whatever is wrong with it is said later.</summary>
    private static string? NumberIn(string body)
    {
        try
        {
            return body.Length > 0 && JsonNode.Parse(body) is JsonObject order && order["out_trade_no"] is JsonValue value && value.TryGetValue(out string? number)
                ? number
                : null;
        }
        catch (Exception cause) when (cause is JsonException or ArgumentException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "WeChat Pay {Method} answered {Code}")]
    private partial void LogAnswer(string method, string code);
}
