using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// Reads the notification of a refund: an envelope that nobody signed and, sealed with the APIv2 key, what it is about. WeChat Pay
/// seals so for API v2, for refunds made in its console, and for refunds of API v3 that named no address.
/// </summary>
/// <remarks>
/// Sealed is less than signed. Who does not have the key can still put blocks of genuine messages together anew, because the mode of
/// the cipher ties none to its place. What that could say is bounded by what is asked here, that it is XML of flat fields none of
/// which stands twice, and by the host, which compares number, payment, account and amount with what it had asked for.
/// </remarks>
internal sealed class RefundNews(string mchId, string appId, SealedText seal)
{
    // One answer for every way in which it may not open: who tries out texts must not learn from ours how far one got.
    private static readonly Verification.Refused NotOurs = new(
        RefusalReason.WrongSignature,
        "The req_info does not open with ApiKey: if all refunds are refused, copy the APIv2 key (not the APIv3 key) from the merchant platform again.");

    public Verification Read(MessageFields envelope)
    {
        if (!envelope.Is("return_code", "SUCCESS") || envelope.Text("req_info") is not { } sealedText)
        {
            return NotForHere("The message is about a refund and does not say SUCCESS.");
        }

        if (!envelope.Is("mch_id", mchId) || !envelope.Is("appid", appId))
        {
            return NotForHere("The message is about a refund of another mch_id or appid than MchId and AppId.");
        }

        if (Open(seal, sealedText) is not { } refund)
        {
            return NotOurs;
        }

        return refund.Text("out_trade_no") is not null && RefundReports.Of(refund, "", refund.Text("refund_status")) is { State: not RefundState.Processing } report
            ? new Verification.VerifiedRefund([report with { Account = new ProviderAccount(mchId, appId) }])
            : NotForHere("The message is sealed with ApiKey, but names no out_refund_no, no out_trade_no, or no refund_status that is known.");
    }

    /// <summary>What is sealed; null when it does not open, and also when that only seems so: one wrong key in 256 leaves right padding.</summary>
    public static MessageFields? Open(SealedText seal, string text) =>
        seal.Open(text) is { } opened ? XmlMessage.Read(opened, out _, "root") : null;

    private static Verification.Refused NotForHere(string detail) => new(RefusalReason.NotForHere, detail);
}
