using System.Globalization;
using System.Xml.Linq;
using Microsoft.Extensions.Options;
using Modular.Sandbox.AlipayDirect.Gateway;
using Modular.Sandbox.AlipayDirect.Wire;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>
/// The account's log, page by page: what was paid, the fee of each payment as a row of its own, and what went back, in the order in which it
/// happened. The end of the time is not part of it. Signed are the children of the result, the list as its own text.
/// </summary>
internal sealed class AccountPageQuery(IOptions<SandboxOptions> options, TimeProvider time) : IDirectService
{
    private const int LargestPage = 5000;

    private readonly AlipayDirectOptions settings = options.Value.AlipayDirect;
    private readonly decimal feeRate = decimal.Parse(options.Value.AlipayDirect.FeeRate, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    public string Name => "account.page.query";

    // The log belongs to no trade.
    public string? OutTradeNo(DirectCall call) => null;

    public IResult Answer(DirectCall call, DirectMerchant merchant, DirectLedger ledger, GatewayFaultKind fault)
    {
        if (!call.Has("gmt_start_time") || !call.Has("gmt_end_time"))
        {
            throw new DirectRefusal("REQUIRED_DATE", "起始和结束时间不能为空");
        }

        if (Beijing.Read(call["gmt_start_time"]) is not { } start || Beijing.Read(call["gmt_end_time"]) is not { } end)
        {
            throw new DirectRefusal("ILLEGAL_DATE_FORMAT", "起始和结束时间格式不正确");
        }

        if (end <= start || end - start > TimeSpan.FromDays(1) || start > time.GetUtcNow())
        {
            throw DirectRefusal.Argument("gmt_start_time、gmt_end_time");
        }

        var (no, size) = (Number(call, "page_no", 1, int.MaxValue), Number(call, "page_size", settings.AccountPageSize, LargestPage));
        var rows = ledger.All.Where(trade => trade.Partner == merchant.Partner).SelectMany(Rows)
            .Where(row => row.At >= start && row.At < end).OrderBy(row => row.At).ThenBy(row => row.Id, StringComparer.Ordinal).ToList();
        var page = rows.Skip((int)Math.Min((no - 1L) * size, int.MaxValue)).Take(size).Select(Element);
        var hasNext = rows.Count > (long)no * size ? "T" : "F";
        return Signed(call, merchant, new XElement("account_log_list", page), [new("has_next_page", hasNext), new("page_no", Text(no)), new("page_size", Text(size))], fault);
    }

    private static IResult Signed(DirectCall call, DirectMerchant merchant, XElement list, IReadOnlyList<KeyValuePair<string, string>> fields, GatewayFaultKind fault)
    {
        // Empty elements are written as two tags, in the answer as in what is signed.
        foreach (var empty in list.DescendantsAndSelf().Where(element => element.IsEmpty))
        {
            empty.Value = "";
        }

        var response = new XElement("response", new XElement("account_page_query_result", list, fields.Select(field => new XElement(field.Key, field.Value))));
        if (fault == GatewayFaultKind.Unsigned)
        {
            return AnswerXml.Success(call, response);
        }

        var text = DirectSignature.Text([new(list.Name.LocalName, list.ToString(SaveOptions.DisableFormatting)), .. fields]);
        var sign = DirectSignature.Sign(merchant, call["sign_type"], text, call.Charset, wrongKey: fault == GatewayFaultKind.WrongSignature);
        return AnswerXml.Success(call, response, new XElement("sign", sign), new XElement("sign_type", call["sign_type"]));
    }

    private IEnumerable<LogRow> Rows(DirectTrade trade)
    {
        if (trade.PaidAt is { } paidAt)
        {
            yield return new LogRow(trade, paidAt, 0, "在线支付", "", trade.PaidFen, 0, "");
            var fee = (long)Math.Round(trade.PaidFen * feeRate, MidpointRounding.AwayFromZero);
            if (fee > 0)
            {
                yield return new LogRow(trade, paidAt, 1, "收费", "", 0, fee, "");
            }
        }

        for (var index = 0; index < trade.Refunds.Count; index++)
        {
            if (trade.Refunds[index] is { IsDone: true } refund)
            {
                yield return new LogRow(trade, refund.At, 2 + index, "在线支付", "交易退款", 0, refund.Fen, refund.Reason);
            }
        }
    }

    private static XElement Element(LogRow row) => new(
        "AccountQueryAccountLogVO",
        new XElement("balance", "1000.00"),
        new XElement("buyer_account", Alipay.Buyer.Id + "0156"),
        new XElement("goods_title", row.Trade.Subject),
        new XElement("income", row.Income > 0 ? Yuan.Text(row.Income) : ""),
        new XElement("iw_account_log_id", row.Id),
        new XElement("memo", row.Memo),
        new XElement("merchant_out_order_no", row.Trade.OutTradeNo),
        new XElement("outcome", row.Outcome > 0 ? Yuan.Text(row.Outcome) : ""),
        new XElement("sub_trans_code_msg", row.SubKind),
        new XElement("total_fee", Yuan.Text(row.Trade.ReportedFen)),
        new XElement("trade_no", row.Trade.TradeNo),
        new XElement("trans_code_msg", row.Kind),
        new XElement("trans_date", Beijing.Text(row.At)));

    private static int Number(DirectCall call, string name, int otherwise, int largest) =>
        !call.Has(name) ? otherwise
        : int.TryParse(call[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= largest ? number
        : throw DirectRefusal.Argument(name);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>One movement; income and outcome in fen, one of them zero.</summary>
    private sealed record LogRow(DirectTrade Trade, DateTimeOffset At, int Place, string Kind, string SubKind, long Income, long Outcome, string Memo)
    {
        // The same on every call, and in order within a second.
        public string Id => $"{Trade.TradeNo}{Place.ToString("000", CultureInfo.InvariantCulture)}";
    }
}
