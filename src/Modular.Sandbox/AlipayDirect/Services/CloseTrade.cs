using Modular.Sandbox.AlipayDirect.Gateway;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>Closes a trade that waits for its buyer.</summary>
internal sealed class CloseTrade(DirectDesk desk) : IDirectService
{
    // This service alone calls the merchant's number so.
    private const string Number = "out_order_no";

    public string Name => "close_trade";

    public string? OutTradeNo(DirectCall call) => call.Has(Number) ? call[Number] : null;

    public IResult Answer(DirectCall call, DirectMerchant merchant, DirectLedger ledger, GatewayFaultKind fault)
    {
        if (call.Has("trade_role") && call["trade_role"] is not ("B" or "S"))
        {
            throw DirectRefusal.Argument("trade_role");
        }

        desk.Close(DirectFinder.Get(call, merchant, ledger, Number));
        return AnswerXml.Success(call);
    }
}
