using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Gateway;

/// <summary>The legacy <c>gateway.do</c>: one address for pages and for servers, told apart by the parameter service.</summary>
internal sealed partial class DirectEndpoint(
    DirectCheck check, DirectBook book, IEnumerable<IDirectService> services, FaultyGateway gateway, ILogger<DirectEndpoint> logger)
{
    private readonly Dictionary<string, IDirectService> byName = services.ToDictionary(service => service.Name, StringComparer.Ordinal);

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        if (await DirectCall.ReadAsync(context.Request) is not { } call)
        {
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        var service = byName.GetValueOrDefault(call.Service);
        return await gateway.AnswerAsync(
            context,
            call.Service,
            service?.OutTradeNo(call),
            fault => Answer(call, service, fault),
            () => Explain(call, service, DirectRefusal.Unavailable()));
    }

    private IResult Answer(DirectCall call, IDirectService? service, GatewayFaultKind fault)
    {
        try
        {
            var merchant = check.Check(call, service);
            var answer = book.Locked(ledger => service!.Answer(call, merchant, ledger, fault));
            LogAnswer(service!.Name, "T");
            return answer;
        }
        catch (DirectRefusal refusal)
        {
            return Explain(call, service, refusal);
        }
    }

    private IResult Explain(DirectCall call, IDirectService? service, DirectRefusal refusal)
    {
        LogAnswer(service?.Name ?? "", refusal.Code);
        return service is null ? AnswerXml.Error(call, refusal) : service.Explain(call, refusal);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Legacy gateway {Service} answered {Code}")]
    private partial void LogAnswer(string service, string code);
}
