using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Gateway;

namespace Modular.Sandbox.Alipay.Methods;

/// <summary>For a refund that it does not know, the gateway answers Success with nothing in it.</summary>
internal sealed class RefundQuery : IApiMethod
{
    public string Name => "alipay.trade.fastpay.refund.query";

    public void Answer(GatewayCall call, Ledger ledger, JsonObject node)
    {
        var requestNo = call.Biz("out_request_no");
        if (requestNo.Length == 0)
        {
            throw Refusal.Parameter("参数无效：out_request_no");
        }

        var trade = TradeFinder.Get(call, ledger);
        if (trade.Refunds.Find(refund => refund.RequestNo == requestNo) is not { } refund)
        {
            return;
        }

        TradeFinder.AddNumbers(trade, node);
        node["out_request_no"] = requestNo;
        node["total_amount"] = Yuan.Text(trade.ReportedFen);
        node["refund_amount"] = Yuan.Text(refund.Fen);
        if (!refund.IsPending)
        {
            node["refund_status"] = "REFUND_SUCCESS";
        }

        if (refund.Reason.Length > 0)
        {
            node["refund_reason"] = refund.Reason;
        }

        if (!refund.IsPending && call.BizLists("query_options", "gmt_refund_pay"))
        {
            node["gmt_refund_pay"] = Beijing.Text(refund.At);
        }

        if (call.BizLists("query_options", "refund_detail_item_list"))
        {
            node["send_back_fee"] = Yuan.Text(refund.Fen);
            node["refund_detail_item_list"] = new JsonArray(new JsonObject
            {
                ["fund_channel"] = "ALIPAYACCOUNT",
                ["amount"] = Yuan.Text(refund.Fen),
            });
        }
    }
}
