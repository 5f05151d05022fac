using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Modular.Payments.Alipay.Tests;

/// <summary>A bill as Alipay makes it, of which a test spoils what it is about.</summary>
internal sealed class BillFile
{
    public static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!;
    private static readonly string[] Columns =
    [
        "支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "门店名称", "操作员", "终端号", "对方账户", "订单金额（元）", "商家实收（元）",
        "支付宝红包（元）", "集分宝（元）", "支付宝优惠（元）", "商家优惠（元）", "券核销金额（元）", "券名称", "商家红包消费金额（元）", "卡消费金额（元）", "退款批次号/请求号", "服务费（元）", "分润（元）", "备注",
    ];

    private readonly List<(string Kind, string PaymentNo, string RefundNo, long Fen, long FeeFen, string Name)> rows = [];

    public string Account { get; set; } = Some.SellerId + "0156";

    public string Day { get; set; } = "2026年11月21日";

    public string EntryName { get; set; } = Some.SellerId + "0156_20261121_业务明细.csv";

    public Func<string, string> Spoil { get; set; } = text => text;

    public IReadOnlyList<string> Header { get; set; } = Columns;

    public static BillFile Usual() => new BillFile()
        .Add("交易", "P1", "", 36800, 221, "客房, \"大床\"")
        .Add("交易", "P2", "", 1, 0)
        .Add("退款", "P1", "R1", -16800, -101);

    public BillFile Add(string kind, string paymentNo, string refundNo, long fen, long feeFen, string name = "客房")
    {
        rows.Add((kind, paymentNo, refundNo, fen, feeFen, name));
        return this;
    }

    public byte[] Csv()
    {
        var text = new StringBuilder($"#支付宝业务明细查询\r\n#账号：[{Account}]\r\n#起始日期：[{Day} 00:00:00]   终止日期：[{Day} 23:59:59]\r\n#-----------------------------------------业务明细列表----------------------------------------\r\n");
        text.Append(string.Join(',', Header)).Append("\r\n");
        foreach (var row in rows)
        {
            var values = new Dictionary<string, string>
            {
                ["支付宝交易号"] = "2026112122001400000000000001\t",
                ["商户订单号"] = row.PaymentNo + "\t",
                ["业务类型"] = row.Kind + "\t",
                ["商品名称"] = $"\"{row.Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\t",
                ["完成时间"] = "2026-11-21 23:59:59\t",
                ["订单金额（元）"] = Yuan(row.Fen),
                ["商家实收（元）"] = Yuan(row.Fen),
                ["退款批次号/请求号"] = row.RefundNo + "\t",
                ["服务费（元）"] = Yuan(-row.FeeFen),
            };
            text.Append(string.Join(',', Header.Select(column => values.GetValueOrDefault(column, "")))).Append("\r\n");
        }

        text.Append("#-----------------------------------------业务明细列表结束------------------------------------\r\n");
        text.Append(Total("#交易合计：", "商家实收共", "交易")).Append("，商家优惠共0.00元\r\n");
        text.Append(Total("#退款合计：", "商家实收退款共", "退款")).Append("，商家优惠退款共0.00元\r\n");
        text.Append("#导出时间：[2026年11月22日 08:41:17]\r\n");
        return Gbk.GetBytes(Spoil(text.ToString()));
    }

    public byte[] Zip() => Zip((EntryName, Csv()), (Some.SellerId + "0156_20261121_业务明细(汇总).csv", Gbk.GetBytes("#支付宝业务汇总查询\r\n")));

    public static byte[] Zip(params IEnumerable<(string Name, byte[] Content)> entries)
    {
        var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true, Gbk))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return file.ToArray();
    }

    private string Total(string beginning, string sum, string kind) =>
        $"{beginning}{rows.Count(row => row.Kind == kind)}笔，{sum}{Yuan(rows.Where(row => row.Kind == kind).Sum(row => row.Fen))}元";

    private static string Yuan(long fen) => (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
