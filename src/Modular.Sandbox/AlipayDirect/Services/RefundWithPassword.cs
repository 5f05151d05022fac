using Modular.Sandbox.AlipayDirect.Cashier;
using Modular.Sandbox.AlipayDirect.Gateway;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>The page on which an operator of the merchant confirms a batch of refunds with the payment password.</summary>
internal sealed class RefundWithPassword(RefundSheets sheets, DirectLinks links, TimeProvider time) : IDirectService
{
    public string Name => "refund_fastpay_by_platform_pwd";

    public IResult Answer(DirectCall call, DirectMerchant merchant, DirectLedger ledger, GatewayFaultKind fault)
    {
        var batch = RefundTerms.Read(call, merchant, time.GetUtcNow());
        return DirectRefundDesk.Refusal(ledger, batch) is { } code
            ? throw new DirectRefusal(code, "退款被拒绝")
            : Results.Redirect(links.RefundSheet(sheets.Put(batch)));
    }

    public IResult Explain(DirectCall call, DirectRefusal refusal) => DirectPages.Refused(refusal, call);
}
