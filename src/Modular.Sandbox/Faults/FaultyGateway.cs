namespace Modular.Sandbox.Faults;

/// <summary>Answers the calls of any gateway, in the ways in which a real one fails where a fault says so.</summary>
internal sealed class FaultyGateway(FaultBoard faults, TimeProvider time)
{
    /// <param name="method">By which name faults name this call.</param>
    /// <param name="outTradeNo">The trade it is about, where that can be made out.</param>
    /// <param name="answer">Does the work; is told of a fault that only changes the signature.</param>
    /// <param name="systemError">How this gateway says that it does not know the outcome.</param>
    public async Task<IResult> AnswerAsync(
        HttpContext context, string? method, string? outTradeNo, Func<GatewayFaultKind, IResult> answer, Func<IResult> systemError)
    {
        var fault = faults.TakeGateway(method, outTradeNo) ?? new GatewayFault();
        if (fault.SlowSeconds > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(fault.SlowSeconds), time, context.RequestAborted);
        }

        if (!fault.AfterWork && await SpoilAsync(fault.Kind, context, systemError) is { } spoilt)
        {
            return spoilt;
        }

        var honest = answer(fault.Kind);
        return fault.AfterWork && await SpoilAsync(fault.Kind, context, systemError) is { } lost ? lost : honest;
    }

    /// <summary>Null for the kinds that let an answer through.</summary>
    private static async Task<IResult?> SpoilAsync(GatewayFaultKind kind, HttpContext context, Func<IResult> systemError)
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
                return systemError();
            default:
                return null;
        }
    }
}
