using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Gateway;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.Alipay.Methods;

internal sealed class Query(FaultBoard faults, TimeProvider time) : IApiMethod
{
    private static readonly string[] Amounts = ["buyer_pay_amount", "invoice_amount", "point_amount", "receipt_amount"];

    public string Name => "alipay.trade.query";

    public void Answer(GatewayCall call, Ledger ledger, JsonObject node)
    {
        var trade = TradeFinder.Get(call, ledger);
        var lags = Lags(trade);
        var paid = trade.WasPaid && !lags;
        TradeFinder.AddNumbers(trade, node);
        TradeFinder.AddBuyer(node);
        node["buyer_user_type"] = "PRIVATE";
        node["trade_status"] = lags ? TradeStatus.Waiting : trade.Status;
        node["total_amount"] = Yuan.Text(lags ? trade.TotalFen : trade.ReportedFen);
        foreach (var name in Amounts)
        {
            node[name] = paid && name != "point_amount" ? Yuan.Text(trade.PaidFen) : "0.00";
        }

        if (paid)
        {
            node["send_pay_date"] = Beijing.Text(trade.PaidAt!.Value);
            node["fund_bill_list"] = new JsonArray(new JsonObject
            {
                ["fund_channel"] = "ALIPAYACCOUNT",
                ["amount"] = Yuan.Text(trade.PaidFen),
            });
        }

        if (trade.PassbackParams.Length > 0)
        {
            node["passback_params"] = trade.PassbackParams;
        }
    }

    public void Explain(GatewayCall call, Refusal refusal, JsonObject node)
    {
        if (call.Biz("out_trade_no") is { Length: > 0 } outTradeNo)
        {
            node["out_trade_no"] = outTradeNo;
        }

        foreach (var name in Amounts)
        {
            node[name] = "0.00";
        }
    }

    private bool Lags(Trade trade) =>
        faults.Trade(trade.OutTradeNo).QueryLagSeconds is { } seconds
        && trade.PaidAt is { } paidAt
        && time.GetUtcNow() < paidAt + TimeSpan.FromSeconds(seconds);
}
