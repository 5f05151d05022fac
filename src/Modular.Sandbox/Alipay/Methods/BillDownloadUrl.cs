using System.Globalization;
using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Bills;
using Modular.Sandbox.Alipay.Gateway;

namespace Modular.Sandbox.Alipay.Methods;

/// <summary>Where the bill of a day can be downloaded. Of the bill types, trade alone.</summary>
internal sealed class BillDownloadUrl(BillDesk desk) : IApiMethod
{
    public string Name => "alipay.data.dataservice.bill.downloadurl.query";

    public void Answer(GatewayCall call, Ledger ledger, JsonObject node)
    {
        if (call.Biz("bill_type") != "trade")
        {
            throw Refusal.Business("TYPE_NOT_SUPPORTED", "账单类型不支持");
        }

        if (!DateOnly.TryParseExact(call.Biz("bill_date"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            throw Refusal.Business("INVAILID_ARGUMENTS", "入参不合法");
        }

        if (!desk.IsReady(day))
        {
            throw Refusal.Business("BILL_NOT_EXIST", "账单不存在");
        }

        if (desk.Lines(ledger, call.Merchant.SellerId, day).Count == 0)
        {
            if (desk.WhenEmpty is { Length: > 0 } code)
            {
                throw Refusal.Business(code, "账单不存在");
            }

            node["bill_file_code"] = "EMPTY_DATA_WITH_BILL_FILE";
        }

        node["bill_download_url"] = desk.Give(call.Merchant.SellerId, day);
    }
}
