using System.Globalization;
using Modular.Sandbox.AlipayDirect.Gateway;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>The rules of a refund's parameters, the same for both services; the first that is broken is the refusal.</summary>
internal static class RefundTerms
{
    private const int MaxItems = 1000;

    /// <exception cref="DirectRefusal">A parameter is missing or not what it must be.</exception>
    public static RefundBatch Read(DirectCall call, DirectMerchant merchant, DateTimeOffset now)
    {
        var seller = call.Has("seller_user_id") ? call["seller_user_id"] == merchant.Partner
            : call.Has("seller_email") ? call["seller_email"] == merchant.SellerEmail
            : throw DirectRefusal.Argument("seller_user_id和seller_email不能同时为空");
        Require(seller, "SELLER_INFO_NOT_EXIST", "卖家信息不存在");
        Require(call["notify_url"].Length <= 200, "ILLEGAL_ARGUMENT", "参数不正确：notify_url");
        Require(
            Beijing.Read(call["refund_date"]) is { } date && Beijing.At(date).Date == Beijing.At(now).Date, "REFUND_DATE_ERROR", "退款时间错误：refund_date必须是当天");
        Require(IsBatchNo(call["batch_no"], now), "BATCH_NO_FORMAT_ERROR", "退款批次号batch_no格式错误：当天日期加3到24位流水号");
        Require(int.TryParse(call["batch_num"], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0, "BATCH_NUM_ERROR", "退款总笔数batch_num错误");
        Require(count <= MaxItems, "BATCH_NUM_EXCEED_LIMIT", "退款总笔数超过上限");
        var items = call["detail_data"].Split('#').Select(item => Item(call, item)).ToList();
        Require(items.Count == count, "BATCH_NUM_NOT_EQUAL_TOTAL", "退款总笔数与明细不符");
        Require(items.DistinctBy(item => item.TradeNo).Count() == count, "DUBL_TRADE_NO_IN_SAME_BATCH", "同一批退款中存在相同的交易号");
        return new RefundBatch(merchant.Partner, call["batch_no"], call["notify_url"], call.CharsetName, call["sign_type"], items);
    }

    private static RefundItem Item(DirectCall call, string text)
    {
        var parts = text.Split('^');
        Require(parts.Length == 3 && parts[0].Length > 0 && text.AsSpan().IndexOfAny('|', '$') < 0, "DETAIL_DATA_FORMAT_ERROR", "退款明细detail_data格式错误");
        Require(call.Charset.GetByteCount(parts[2]) < 256, "SINGLE_DETAIL_DATA_EXCEED_LIMIT", "单笔退款明细超长");
        return new RefundItem(parts[0], Yuan.Parse(parts[1]) ?? throw new DirectRefusal("REFUND_AMOUNT_NOT_VALID", "退款金额错误"), parts[2]);
    }

    private static bool IsBatchNo(string text, DateTimeOffset now) =>
        text.Length is >= 11 and <= 32
        && text.StartsWith(Beijing.Compact(now, "yyyyMMdd"), StringComparison.Ordinal)
        && text[8..].All(char.IsAsciiLetterOrDigit)
        && text[8..] != "000";

    private static void Require(bool holds, string code, string reason)
    {
        if (!holds)
        {
            throw new DirectRefusal(code, reason);
        }
    }
}
