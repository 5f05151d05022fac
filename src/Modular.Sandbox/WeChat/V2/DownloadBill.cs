using System.Globalization;
using Modular.Sandbox.Faults;
using Modular.Sandbox.WeChat.Bills;

namespace Modular.Sandbox.WeChat.V2;

/// <summary><c>/pay/downloadbill</c>: the bill of a day at once, as text or packed. Neither it nor a refusal is signed.</summary>
internal sealed class DownloadBill(TradeBills bills, FaultBoard faults) : IV2Download
{
    private const string DayFormat = "yyyyMMdd";

    public string Name => "downloadbill";

    public IReadOnlyList<FieldRule> Rules { get; } =
    [
        new("bill_date", 8, IsRequired: true, text => Day(text) is not null),
        new("bill_type", 16, IsRight: type => type is BillType.All or BillType.Success or BillType.Refund),
        new("tar_type", 8, IsRight: packing => packing == "GZIP"),
    ];

    public byte[] File(V2Call call)
    {
        try
        {
            var text = bills.Of(call.Merchant, Day(call["bill_date"])!.Value, call["bill_type"] is { Length: > 0 } type ? type : BillType.All);
            return faults.Sheet.WeChatBill?.Bomb == true ? BillDownloads.Bomb() : call["tar_type"].Length > 0 ? BillDownloads.Gzip(text) : text;
        }
        catch (WeChatRefusal refusal)
        {
            // Here the code is a number, and its words are the message.
            throw V2Refusal.Transport(refusal.Code is "NO_STATEMENT_EXIST" or "STATEMENT_CREATING" ? "20002" : "20001", refusal.V2Code);
        }
    }

    private static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
