using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Cashier;
using Modular.Sandbox.Alipay.Methods;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.Alipay.Gateway;

/// <summary><c>gateway.do</c>: methods that answer with JSON, and methods that send a browser to the cashier.</summary>
internal sealed partial class GatewayEndpoint(
    RequestCheck check, SignedAnswer answers, TradeBook book, IEnumerable<IApiMethod> methods, CashierEntrance entrance,
    Merchants merchants, FaultyGateway gateway, ILogger<GatewayEndpoint> logger)
{
    private readonly Dictionary<string, IApiMethod> byName = methods.ToDictionary(method => method.Name, StringComparer.Ordinal);

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        if (await RawCall.ReadAsync(context.Request) is not { } raw)
        {
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        return await gateway.AnswerAsync(
            context,
            raw.Method,
            raw.OutTradeNo,
            fault => CashierEntrance.IsPage(raw.Method) ? entrance.Enter(raw) : Answer(raw, fault),
            () => answers.Write(raw, NodeName(raw), Explain(Refusal.Unavailable(), raw), Caller(raw), GatewayFaultKind.None));
    }

    private IResult Answer(RawCall raw, GatewayFaultKind fault)
    {
        try
        {
            var call = check.Check(raw, byName.ContainsKey);
            var method = byName[call.Method];
            try
            {
                var node = new JsonObject { ["code"] = "10000", ["msg"] = "Success" };
                book.Locked(ledger =>
                {
                    method.Answer(call, ledger, node);
                    return 0;
                });
                LogAnswer(call.Method, "10000", null);
                return answers.Write(raw, NodeName(raw), node, call.Merchant, fault);
            }
            catch (Refusal refusal)
            {
                var node = Explain(refusal, raw);
                method.Explain(call, refusal, node);
                return answers.Write(raw, NodeName(raw), node, call.Merchant, fault);
            }
        }
        catch (Refusal refusal)
        {
            return answers.Write(raw, NodeName(raw), Explain(refusal, raw), Caller(raw), fault);
        }
    }

    private Merchant? Caller(RawCall raw) => merchants.Find(raw.Parameters.GetValueOrDefault("app_id") ?? "");

    private string NodeName(RawCall raw) =>
        raw.Method is { } method && byName.ContainsKey(method) && Caller(raw) is not null
            ? method.Replace('.', '_') + "_response"
            : "error_response";

    private JsonObject Explain(Refusal refusal, RawCall raw)
    {
        LogAnswer(raw.Method ?? "", refusal.Code, refusal.SubCode);
        return new JsonObject
        {
            ["code"] = refusal.Code,
            ["msg"] = refusal.CodeMessage,
            ["sub_code"] = refusal.SubCode,
            ["sub_msg"] = refusal.SubMessage,
        };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Gateway {Method} answered {Code} {SubCode}")]
    private partial void LogAnswer(string method, string code, string? subCode);
}
