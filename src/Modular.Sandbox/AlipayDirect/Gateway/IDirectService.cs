using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Gateway;

/// <summary>One service of the gateway, whether it is a page for a browser or an answer for a server.</summary>
internal interface IDirectService
{
    string Name { get; }

    bool IsSigned => true;

    /// <summary>By which trade's faults a call fails, where that can be made out.</summary>
    string? OutTradeNo(DirectCall call) => call.Has("out_trade_no") ? call["out_trade_no"] : null;

    /// <summary>Does what is asked, or throws a <see cref="DirectRefusal"/>. Runs while the trades are locked.</summary>
    /// <param name="fault">Only those kinds that change the signature of an answer concern a service.</param>
    IResult Answer(DirectCall call, DirectMerchant merchant, DirectLedger ledger, GatewayFaultKind fault);

    /// <summary>How this service says no.</summary>
    IResult Explain(DirectCall call, DirectRefusal refusal) => AnswerXml.Error(call, refusal);
}
