namespace Modular.Sandbox.Control;

/// <summary>What a step of the control plane may say besides its name.</summary>
/// <param name="Force">Money arrives although the trade is closed or expired.</param>
/// <param name="Amount">What is paid instead of the total, or given back, in yuan.</param>
/// <param name="OpenId">Who pays a WeChat trade.</param>
internal sealed record PayRequest(bool Force = false, string? Amount = null, string? OpenId = null)
{
    public long? Fen => Yuan.Parse(Amount);
}

/// <summary>The trades of one gateway, as the control plane looks at them and moves them.</summary>
internal interface IGatewayControl
{
    /// <summary>The trades as JSON shows them, the oldest first.</summary>
    IReadOnlyList<Told<object>> Views();

    /// <summary>The trades as rows of the control page, the oldest first.</summary>
    IReadOnlyList<Told<string>> Rows();

    /// <summary>The newest trade of a number, or null.</summary>
    Told<object>? Find(string outTradeNo, string? appId);

    /// <summary>Takes a step with the newest trade of a number; null where there is no such trade.</summary>
    IResult? Take(string outTradeNo, string? appId, string step, PayRequest request);

    /// <summary>Takes a step with the trade of the gateway's number. False where there is no such trade.</summary>
    /// <exception cref="StepRefused">The trade is in no state for it.</exception>
    bool Move(string tradeNo, string step);

    void Clear();
}

/// <summary>A trade in some form, with the time that puts the trades of several gateways in order.</summary>
internal sealed record Told<T>(DateTimeOffset CreatedAt, T Value);

/// <summary>A gateway refuses a step on the control page.</summary>
internal sealed class StepRefused(IResult page) : Exception
{
    public IResult Page => page;
}
