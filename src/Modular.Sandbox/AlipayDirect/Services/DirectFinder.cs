using Modular.Sandbox.AlipayDirect.Gateway;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>Finds the trade that a call names; where both numbers are given, Alipay's own wins.</summary>
internal static class DirectFinder
{
    /// <param name="numberName">What the service calls the merchant's number.</param>
    /// <exception cref="DirectRefusal">There is none, or no buyer has logged in for it yet: then the gateway does not know it either.</exception>
    public static DirectTrade Get(DirectCall call, DirectMerchant merchant, DirectLedger ledger, string numberName)
    {
        if (!call.Has("trade_no") && !call.Has(numberName))
        {
            throw DirectRefusal.Argument($"trade_no和{numberName}不能同时为空");
        }

        var found = call.Has("trade_no") ? ledger.ByTradeNo(merchant.Partner, call["trade_no"]) : ledger.ByNumber(merchant.Partner, call[numberName]);
        return found is { Exists: true } ? found : throw DirectRefusal.NoSuchTrade();
    }
}
