using Modular.Payments.Abstractions;
using Modular.Payments.WeChatPay.Wire;

namespace Modular.Payments.WeChatPay;

/// <summary>What WeChat Pay never takes, told apart without asking it.</summary>
internal static class StartRules
{
    /// <summary>The refusal, or null when WeChat Pay may be asked.</summary>
    public static StartAnswer.Rejected? Refusal(StartRequest request) =>
        WeChatProduct.Of(request.Scene) is not { } product
            ? new StartAnswer.Rejected("SCENE", $"WeChat Pay has no product for the scene {request.Scene}.")
            : request.Amount.Currency != "CNY"
                ? new StartAnswer.Rejected("CURRENCY", $"WeChat Pay takes CNY only, not {request.Amount.Currency}.")
                : request.Amount.Minor is < 1 or > Money.MaxMinor
                    ? new StartAnswer.Rejected("AMOUNT", $"WeChat Pay takes 0.01 to 100000000.00 yuan, not {request.Amount.ToDecimalString()}.")
                    : product == WeChatProduct.H5 && ClientAddress.Of(request.ClientIp) is null
                        ? new StartAnswer.Rejected("CLIENT_IP", "WeChat Pay's H5 product needs the shopper's IP address, and the shop does not know it.")
                        : product == WeChatProduct.Jsapi && request.PayerId is { } payer && !PayerLookup.IsOpenId(payer)
                            ? new StartAnswer.Rejected("PAYER", "The payer's id is no openid: 1 to 128 letters, digits, hyphens and underscores.")
                            : null;
}
