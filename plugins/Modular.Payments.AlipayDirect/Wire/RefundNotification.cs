using System.Globalization;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// Alipay's word on a batch of refunds, <c>batch_refund_notify</c>: <c>result_details</c> is <c>trade_no^amount^SUCCESS</c>, with a code in
/// the place of <c>SUCCESS</c> for what was not done, optionally <c>$account^userid^fee^SUCCESS</c> for the fee that comes back, items joined by <c>#</c>.
/// </summary>
/// <remarks>
/// The message names no <c>out_trade_no</c> and, as published, no seller. Whose refund it is, the batch number says, which nobody else knows;
/// and that the message is for this partner, Alipay confirms by its <c>notify_id</c>.
/// </remarks>
internal static class RefundNotification
{
    private const int MaxDetailsBytes = 60 * 1024;
    private const int MaxItems = 1000;

    /// <summary>Words that say that Alipay itself does not know; with any other the item was not done.</summary>
    private static readonly string[] Doubtful = ["SYSTEM_ERROR", "SESSION_TIMEOUT", "UNKNOWN"];

    public static Verification Read(ref VerifiedFields fields)
    {
        var batchNo = fields.Text("batch_no"u8, 64);
        var details = fields.Text("result_details"u8, MaxDetailsBytes);
        var account = new ProviderAccount(fields.Text("seller_id"u8) ?? fields.Text("seller_user_id"u8), null);
        var at = BeijingTime.Read(fields.Text("notify_time"u8));
        var successes = fields.Text("success_num"u8);
        if (fields.Unreadable is { } unreadable)
        {
            return Reports.Malformed($"The value of {unreadable} cannot be read in the message's charset, is too long or holds U+0000.");
        }

        if (batchNo is null || details is null)
        {
            return Reports.NotForHere("The message names no batch_no or has no result_details, so it is about no refund.");
        }

        var items = details.Split('#', StringSplitOptions.RemoveEmptyEntries);
        var refundNo = BatchNo.RefundNo(batchNo);
        if (items.Length is 0 or > MaxItems || (refundNo is not null && items.Length > 1))
        {
            return Reports.Malformed("The message has another number of results than a batch of that number: ours have one.");
        }

        var reports = new List<RefundReport>(items.Length);
        foreach (var item in items)
        {
            if (ReportOf(item, batchNo, refundNo, account, at) is not { } report)
            {
                return Reports.Malformed("A result is not a trade_no, an amount in yuan and a code, joined by ^.");
            }

            reports.Add(report);
        }

        var done = reports.Count(report => report.State == RefundState.Succeeded);
        return successes is not null && (!int.TryParse(successes, NumberStyles.None, CultureInfo.InvariantCulture, out var said) || said != done)
            ? Reports.Malformed("The message's success_num is not the number of its results that succeeded.")
            : new Verification.VerifiedRefund(reports);
    }

    // The time is the message's: when the money moved is not said, and it is said at once.
    private static RefundReport? ReportOf(string item, string batchNo, string? refundNo, ProviderAccount account, DateTimeOffset? at)
    {
        // Behind these come the fee's way back and that of shares.
        var end = item.AsSpan().IndexOfAny('$', '|');
        var parts = (end < 0 ? item : item[..end]).Split('^');
        if (parts is not [{ Length: >= 1 and <= 64 } tradeNo, var yuan, { Length: >= 1 and <= 64 } code]
            || !tradeNo.All(char.IsAsciiLetterOrDigit) || !code.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.')
            || Reports.Amount(yuan) is not { Minor: > 0 } amount)
        {
            return null;
        }

        var state = code == "SUCCESS" ? RefundState.Succeeded : Doubtful.Contains(code) ? RefundState.Abnormal : RefundState.Failed;
        return new RefundReport
        {
            // Another's batch, made by hand or by another system of the merchant's; with the payment, because it may hold several.
            RefundNo = refundNo ?? Cut($"{batchNo}/{tradeNo}"),
            State = state,
            Account = account,
            Amount = amount,
            RefundedAt = state == RefundState.Succeeded ? at : null,
            ProviderState = code,
        };
    }

    private static string Cut(string text) => text.Length <= 64 ? text : text[..64];
}
