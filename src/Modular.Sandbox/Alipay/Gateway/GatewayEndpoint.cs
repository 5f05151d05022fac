using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Cashier;
using Modular.Sandbox.Alipay.Methods;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.Alipay.Gateway;

/// <summary><c>gateway.do</c>: methods that answer with JSON, and methods that send a browser to the cashier.</summary>
internal sealed partial class GatewayEndpoint(
    RequestCheck check, SignedAnswer answers, TradeBook book, IEnumerable<IApiMethod> methods, CashierEntrance entrance,
    Merchants merchants, FaultBoard faults, TimeProvider time, ILogger<GatewayEndpoint> logger)
{
    private readonly Dictionary<string, IApiMethod> byName = methods.ToDictionary(method => method.Name, StringComparer.Ordinal);

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        if (await RawCall.ReadAsync(context.Request) is not { } raw)
        {
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        var fault = faults.TakeGateway(raw.Method, raw.OutTradeNo) ?? new GatewayFault();
        if (fault.SlowSeconds > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(fault.SlowSeconds), time, context.RequestAborted);
        }

        if (!fault.AfterWork && await SpoilAsync(fault.Kind, raw, context) is { } spoilt)
        {
            return spoilt;
        }

        var answer = CashierEntrance.IsPage(raw.Method) ? entrance.Enter(raw) : Answer(raw, fault.Kind);
        return fault.AfterWork && await SpoilAsync(fault.Kind, raw, context) is { } lost ? lost : answer;
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

    /// <summary>Null for the kinds that let an answer through.</summary>
    private async Task<IResult?> SpoilAsync(GatewayFaultKind kind, RawCall raw, HttpContext context)
    {
        switch (kind)
        {
            case GatewayFaultKind.Http500:
                return Results.Text("Internal Server Error", "text/plain", statusCode: StatusCodes.Status500InternalServerError);
            case GatewayFaultKind.Html:
                return Results.Text("<!doctype html><title>系统维护</title><h1>系统繁忙，请稍后再试</h1>", "text/html; charset=utf-8");
            case GatewayFaultKind.Empty:
                return Results.Text("", "text/plain");
            case GatewayFaultKind.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return Results.Empty;
            case GatewayFaultKind.Close:
                context.Abort();
                return Results.Empty;
            case GatewayFaultKind.SystemError:
                return answers.Write(raw, NodeName(raw), Explain(Refusal.Unavailable(), raw), Caller(raw), GatewayFaultKind.None);
            default:
                return null;
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
