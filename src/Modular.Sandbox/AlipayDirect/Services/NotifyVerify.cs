using Modular.Sandbox.AlipayDirect.Gateway;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>Says in one plain word whether a message came from here. Not signed in either direction.</summary>
internal sealed class NotifyVerify(NotifyIds ids, FaultBoard faults) : IDirectService
{
    public string Name => "notify_verify";

    public bool IsSigned => false;

    public string? OutTradeNo(DirectCall call) => ids.OutTradeNo(call["notify_id"]);

    public IResult Answer(DirectCall call, DirectMerchant merchant, DirectLedger ledger, GatewayFaultKind fault)
    {
        var id = call["notify_id"];
        return Word(ids.OutTradeNo(id) is { } outTradeNo && faults.Notify(outTradeNo).NotifyVerify is { } word ? word : ids.Verify(merchant.Partner, id));
    }

    public IResult Explain(DirectCall call, DirectRefusal refusal) =>
        refusal.Code == "SYSTEM_ERROR" ? AnswerXml.Error(call, refusal) : Word("invalid");

    private static IResult Word(string word) => Results.Text(word, "text/plain");
}
