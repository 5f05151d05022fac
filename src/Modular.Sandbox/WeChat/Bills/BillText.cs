using System.Globalization;
using System.Text;

namespace Modular.Sandbox.WeChat.Bills;

/// <summary>
/// A trade bill as both APIs deliver it: UTF-8 with its mark, CRLF, plain headers, every value behind a back-tick and never quoted,
/// and the totals under a second header at the end.
/// </summary>
internal static class BillText
{
    private static readonly (string Name, Func<BillLine, decimal, string> Value)[] Columns =
    [
        ("交易时间", (line, _) => Beijing.Text(line.At)),
        ("公众账号ID", (line, _) => line.Trade.AppId),
        ("商户号", (line, _) => line.Trade.MchId),
        ("特约商户号", (_, _) => "0"),
        ("设备号", (line, _) => line.Trade.DeviceId),
        ("微信订单号", (line, _) => line.Trade.TransactionId),
        ("商户订单号", (line, _) => line.Trade.OutTradeNo),
        ("用户标识", (line, _) => line.Trade.PayerOpenId),
        ("交易类型", (line, _) => line.Trade.TradeType),
        ("交易状态", (line, _) => line.Refund is null ? "SUCCESS" : "REFUND"),
        ("付款银行", (_, _) => "OTHERS"),
        ("货币种类", (_, _) => "CNY"),
        ("应结订单金额", (line, _) => Yuan.Text(line.PaidFen)),
        ("代金券金额", (_, _) => "0.00"),
        ("微信退款单号", (line, _) => line.Refund?.RefundId ?? "0"),
        ("商户退款单号", (line, _) => line.Refund?.OutRefundNo ?? "0"),
        ("退款金额", (line, _) => Yuan.Text(line.RefundedFen)),
        ("充值券退款金额", (_, _) => "0.00"),
        ("退款类型", (line, _) => line.Refund is null ? "" : "ORIGINAL"),
        ("退款状态", (line, _) => line.RefundState),
        ("商品名称", (line, _) => Escaped(line.Trade.Description)),
        ("商户数据包", (line, _) => Escaped(line.Trade.Attach)),
        ("手续费", (line, _) => Signed(line.FeeFen) + "000"),
        ("费率", (_, percent) => percent.ToString("0.00", CultureInfo.InvariantCulture) + "%"),
        ("订单金额", (line, _) => Yuan.Text(line.PaidFen)),
        ("申请退款金额", (line, _) => Yuan.Text(line.RefundedFen)),
        ("费率备注", (_, _) => ""),
    ];

    public static byte[] Write(IReadOnlyList<BillLine> lines, decimal feePercent, WeChatBillFaults faults)
    {
        var columns = Columns.Where(column => column.Name != faults.MissingColumn).ToList();
        var text = new StringBuilder("\uFEFF");
        text.Append(string.Join(',', columns.Select(column => column.Name))).Append("\r\n");
        foreach (var line in lines)
        {
            text.Append(string.Join(',', columns.Select(column => "`" + column.Value(line, feePercent)))).Append("\r\n");
        }

        var wrong = faults.WrongTotals ? 1 : 0;
        var (paid, refunded) = (Yuan.Text(lines.Sum(line => line.PaidFen) + wrong), Yuan.Text(lines.Sum(line => line.RefundedFen)));
        text.Append("总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n");
        text.Append(CultureInfo.InvariantCulture, $"`{lines.Count + wrong},`{paid},`{refunded},`0.00,`{Signed(lines.Sum(line => line.FeeFen))},`{paid},`{refunded}\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Signed(long fen) => fen < 0 ? "-" + Yuan.Text(-fen) : Yuan.Text(fen);

    /// <summary>Values are not quoted, so a comma and a line's end are made harmless; seen in descriptions, not in a file.</summary>
    private static string Escaped(string text) =>
        text.Replace(",", "\\ ", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
