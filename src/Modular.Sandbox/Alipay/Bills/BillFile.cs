using System.Globalization;
using System.IO.Compression;
using System.Text;
using Modular.Sandbox.Alipay.Wire;

namespace Modular.Sandbox.Alipay.Bills;

/// <summary>
/// Writes a trade bill: a ZIP file whose names are GBK without the flag of UTF-8, with the transactions (业务明细) and their
/// summary, both GBK with CRLF.
/// </summary>
internal static class BillFile
{
    private static readonly string[] Columns =
    [
        "支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "门店名称", "操作员", "终端号", "对方账户",
        "订单金额（元）", "商家实收（元）", "支付宝红包（元）", "集分宝（元）", "支付宝优惠（元）", "商家优惠（元）", "券核销金额（元）", "券名称",
        "商家红包消费金额（元）", "卡消费金额（元）", "退款批次号/请求号", "服务费（元）", "分润（元）", "备注",
    ];

    private static readonly string[] SummaryColumns =
    [
        "门店编号", "门店名称", "交易订单总笔数", "退款订单总笔数", "订单金额（元）", "商家实收（元）", "支付宝优惠（元）", "商家优惠（元）", "卡消费金额（元）", "服务费（元）", "分润（元）", "实收净额（元）",
    ];

    public static byte[] Write(string sellerId, DateOnly day, IReadOnlyList<BillLine> lines, DateTimeOffset now, BillFaults faults)
    {
        var gbk = Charsets.Of("gbk");
        var name = $"{faults.NamePrefix}{sellerId}0156_{day:yyyyMMdd}_";
        var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true, gbk))
        {
            for (var number = 0; number < faults.Entries; number++)
            {
                zip.CreateEntry($"{number}.csv", CompressionLevel.NoCompression);
            }

            using (var details = zip.CreateEntry(name + "业务明细.csv").Open())
            {
                details.Write(gbk.GetBytes(Details(sellerId, day, lines, now, faults)));
                var blank = gbk.GetBytes(new string('\n', 1024 * 1024));
                for (var mebibyte = 0; mebibyte < faults.BombMebibytes; mebibyte++)
                {
                    details.Write(blank);
                }
            }

            using var summary = zip.CreateEntry(name + "业务明细(汇总).csv").Open();
            summary.Write(gbk.GetBytes(Summary(sellerId, day, lines, now)));
        }

        var bytes = file.ToArray();
        return faults.CutOff == true ? bytes[..(bytes.Length / 2)] : bytes;
    }

    private static string Details(string sellerId, DateOnly day, IReadOnlyList<BillLine> lines, DateTimeOffset now, BillFaults faults)
    {
        var columns = Columns.Where(column => column != faults.MissingColumn).ToArray();
        var text = Head("#支付宝业务明细查询", sellerId, day);
        text.Append("#-----------------------------------------业务明细列表----------------------------------------\r\n");
        Row(text, columns);
        for (var number = 0; number < faults.GarbageRows; number++)
        {
            Row(text, [Digits.Token(), "???", Digits.Random(5)]);
        }

        foreach (var line in lines)
        {
            Row(text, columns.Select(column => Value(line, column)));
        }

        var payments = lines.Where(line => line.RequestNo is null).ToList();
        var refunds = lines.Where(line => line.RequestNo is not null).ToList();
        var off = faults.WrongTotals == true ? 1 : 0;
        text.Append("#-----------------------------------------业务明细列表结束------------------------------------\r\n");
        text.Append(CultureInfo.InvariantCulture, $"#交易合计：{payments.Count + off}笔，商家实收共{Money(payments.Sum(line => line.Fen) + off)}元，商家优惠共0.00元\r\n");
        text.Append(CultureInfo.InvariantCulture, $"#退款合计：{refunds.Count}笔，商家实收退款共{Money(refunds.Sum(line => line.Fen))}元，商家优惠退款共0.00元\r\n");
        return text.Append(Exported(now)).ToString();
    }

    private static string Summary(string sellerId, DateOnly day, IReadOnlyList<BillLine> lines, DateTimeOffset now)
    {
        var text = Head("#支付宝业务汇总查询", sellerId, day);
        text.Append("#-----------------------------------------业务汇总列表----------------------------------------\r\n");
        Row(text, SummaryColumns);
        var (sum, fee) = (lines.Sum(line => line.Fen), lines.Sum(line => line.FeeFen));
        Row(text,
        [
            "合计\t", "\t", $"{lines.Count(line => line.RequestNo is null)}", $"{lines.Count(line => line.RequestNo is not null)}",
            Money(sum), Money(sum), "0.00", "0.00", "0.00", Money(-fee), "0.00", Money(sum - fee),
        ]);
        text.Append("#-----------------------------------------业务汇总列表结束------------------------------------\r\n");
        return text.Append(Exported(now)).ToString();
    }

    /// <summary>Text ends with a TAB, so that spreadsheets leave long numbers alone; the service fee is what the merchant loses.</summary>
    private static string Value(BillLine line, string column) => column switch
    {
        "支付宝交易号" => line.TradeNo + "\t",
        "商户订单号" => line.OutTradeNo + "\t",
        "业务类型" => (line.RequestNo is null ? "交易" : "退款") + "\t",
        "商品名称" => Quoted(line.Subject) + "\t",
        "创建时间" => Beijing.Text(line.CreatedAt) + "\t",
        "完成时间" => Beijing.Text(line.DoneAt) + "\t",
        "对方账户" => Buyer.LogonId + "\t",
        "订单金额（元）" or "商家实收（元）" => Money(line.Fen),
        "退款批次号/请求号" => line.RequestNo + "\t",
        "服务费（元）" => Money(-line.FeeFen),
        "门店编号" or "门店名称" or "操作员" or "终端号" => "\t",
        "券名称" or "备注" => "",
        _ => "0.00",
    };

    private static StringBuilder Head(string title, string sellerId, DateOnly day)
    {
        var date = day.ToString("yyyy年MM月dd日", CultureInfo.InvariantCulture);
        return new StringBuilder($"{title}\r\n#账号：[{sellerId}0156]\r\n#起始日期：[{date} 00:00:00]   终止日期：[{date} 23:59:59]\r\n");
    }

    private static string Exported(DateTimeOffset now) => $"#导出时间：[{Beijing.Compact(now, "yyyy年MM月dd日 HH:mm:ss")}]\r\n";

    private static void Row(StringBuilder text, IEnumerable<string> values) => text.AppendJoin(',', values).Append("\r\n");

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Money(long fen) => fen < 0 ? "-" + Yuan.Text(-fen) : Yuan.Text(fen);
}
