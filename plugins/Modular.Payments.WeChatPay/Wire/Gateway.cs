using System.Text.Json;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>What came of a call. The hierarchy is closed.</summary>
internal abstract record GatewayAnswer
{
    private GatewayAnswer()
    {
    }

    /// <summary>WeChat Pay did what was asked and signed its answer.</summary>
    /// <param name="Body">The body; undefined when there is none.</param>
    internal sealed record Done(JsonElement Body) : GatewayAnswer;

    /// <summary>WeChat Pay refused the request.</summary>
    /// <param name="Error">What it says.</param>
    /// <param name="IsSigned">Whether it signed that. Some refusals come unsigned, and those prove nothing about a payment.</param>
    internal sealed record Refused(ApiError Error, bool IsSigned) : GatewayAnswer;

    /// <summary>Nothing was found out.</summary>
    /// <param name="Detail">One sentence for the operator.</param>
    /// <param name="IsNotBelieved">Whether there was an answer whose signature is missing or wrong.</param>
    internal sealed record Unknown(string Detail, bool IsNotBelieved = false) : GatewayAnswer;
}

/// <summary>Calls the API and believes only what WeChat Pay signed.</summary>
internal sealed class Gateway(Transport transport, MessageCheck check)
{
    /// <summary>Calls and verifies. A cancellation by the caller propagates.</summary>
    public async Task<GatewayAnswer> CallAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        var answer = await transport.SendAsync(method, path, body, cancellationToken);
        if (answer.Problem is { } problem)
        {
            return new GatewayAnswer.Unknown(problem);
        }

        // 202 is "taken, ask again" and no news about the payment, signed or not.
        if (answer.Status is 200 or 201 or 204)
        {
            return await DoubtAsync(answer, cancellationToken) is { } doubt ? doubt : Done(answer);
        }

        if (ApiError.Read(answer) is not { } error)
        {
            return new GatewayAnswer.Unknown($"WeChat Pay answered with HTTP {answer.Status} and no error that can be read.");
        }

        if (error.IsUnsure)
        {
            return new GatewayAnswer.Unknown($"WeChat Pay could not say: {error.Sentence}");
        }

        var isSigned = SignatureHeaders.AreIn(answer.Headers);
        return isSigned && await DoubtAsync(answer, cancellationToken) is { } disbelief
            ? disbelief
            : new GatewayAnswer.Refused(error, isSigned);
    }

    private static GatewayAnswer Done(HttpAnswer answer)
    {
        if (answer.Body.IsEmpty)
        {
            return new GatewayAnswer.Done(default);
        }

        using var json = StrictJson.Parse(answer.Body);
        return json is null
            ? new GatewayAnswer.Unknown("The answer is signed, but it is not JSON that can be read.")
            : new GatewayAnswer.Done(json.RootElement.Clone());
    }

    private async ValueTask<GatewayAnswer.Unknown?> DoubtAsync(HttpAnswer answer, CancellationToken cancellationToken) =>
        SignatureHeaders.Read(answer.Headers, out var unsigned) is not { } headers
            ? NotBelieved(unsigned!.Detail)
            : await check.CheckAsync(headers, answer.Body, MessageOrigin.Answer, null, cancellationToken) switch
            {
                Verdict.Refused refused => NotBelieved(refused.Doubt.Detail),
                Verdict.Undecided undecided => new GatewayAnswer.Unknown(undecided.Detail),
                _ => null,
            };

    private static GatewayAnswer.Unknown NotBelieved(string detail) => new($"WeChat Pay's answer is not believed. {detail}", IsNotBelieved: true);
}
