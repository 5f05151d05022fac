using Modular.Sandbox.AlipayDirect.Gateway;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>Takes a batch of refunds from a server. The answer says that it was accepted; what came of it is announced.</summary>
internal sealed class RefundWithoutPassword(DirectRefundDesk desk, TimeProvider time) : IDirectService
{
    public string Name => "refund_fastpay_by_platform_nopwd";

    public IResult Answer(DirectCall call, DirectMerchant merchant, DirectLedger ledger, GatewayFaultKind fault)
    {
        if (!merchant.RefundsWithoutPassword)
        {
            throw new DirectRefusal("PARTNER_NOT_SIGN_PROTOCOL", "合作伙伴没有签约无密退款");
        }

        var batch = RefundTerms.Read(call, merchant, time.GetUtcNow());
        if (DirectRefundDesk.Refusal(ledger, batch) is { } code)
        {
            throw new DirectRefusal(code, "退款被拒绝");
        }

        desk.Make(ledger, batch);
        return AnswerXml.Success(call);
    }
}
