using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Modular.Sandbox.Faults;
using Modular.Sandbox.WeChat.Bills;

namespace Modular.Sandbox.WeChat.V3;

/// <summary><c>GET /v3/bill/tradebill</c>, whose signed answer names an address and a hash, and what lies at that address, unsigned.</summary>
internal sealed class V3Bills(TradeBills bills, BillDownloads downloads, PublicAddress address, FaultBoard faults)
{
    /// <summary>Where bills are downloaded.</summary>
    public const string DownloadPath = "/v3/billdownload/file";

    public JsonObject TradeBill(WeChatMerchant merchant, HttpRequest request)
    {
        if (!DateOnly.TryParseExact(request.Query["bill_date"].ToString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            throw Wrong("bill_date", request);
        }

        var type = request.Query["bill_type"].ToString() is { Length: > 0 } named ? named : BillType.All;
        if (type is not (BillType.All or BillType.Success or BillType.Refund))
        {
            throw Wrong("bill_type", request);
        }

        var packing = request.Query["tar_type"].ToString();
        if (packing is not ("" or "GZIP"))
        {
            throw Wrong("tar_type", request);
        }

        var fault = faults.Sheet.WeChatBill ?? new WeChatBillFaults();
        var text = bills.Of(merchant, day, type);
        var file = fault.Bomb ? BillDownloads.Bomb() : packing.Length > 0 ? BillDownloads.Gzip(text) : text;
        var hash = Sha1(fault.HashOfFile ? file : text);
        return new JsonObject
        {
            ["hash_type"] = "SHA1",
            ["hash_value"] = fault.WrongHash ? Sha1([]) : hash,
            ["download_url"] = $"{fault.Host ?? address.Base}{DownloadPath}?token={downloads.Offer(merchant.MchId, file)}",
        };
    }

    /// <summary>The file; whatever is wrong is told like the errors of other calls.</summary>
    public IResult Download(WeChatMerchant merchant, HttpRequest request)
    {
        if (faults.Sheet.WeChatBill?.RedirectTo is { } elsewhere)
        {
            return Results.Redirect(elsewhere);
        }

        var found = downloads.Find(request.Query["token"].ToString())
            ?? throw new WeChatRefusal(400, "INVALID_REQUEST", "INVALID_REQUEST", "下载链接已失效，请重新申请账单");
        return found.MchId == merchant.MchId
            ? Results.Bytes(found.File, "application/octet-stream")
            : throw new WeChatRefusal(403, "NO_AUTH", "NOAUTH", "无权下载该账单");
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "It is the hash of the protocol.")]
    private static string Sha1(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData(bytes));

    private static WeChatRefusal Wrong(string parameter, HttpRequest request) =>
        WeChatRefusal.Parameter(parameter, request.Query[parameter], "值格式错误", $"输入源“/query/{parameter}”规则校验失败", "query");
}
