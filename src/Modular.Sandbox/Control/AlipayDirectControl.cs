using Modular.Sandbox.Alipay;
using Modular.Sandbox.AlipayDirect;
using Modular.Sandbox.AlipayDirect.Cashier;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.Control;

/// <summary>The trades of Alipay's legacy gateway on the control plane, where the partner stands in for an application.</summary>
internal sealed class AlipayDirectControl(DirectBook book, DirectDesk desk, DirectRefundDesk refunds, DirectLinks links) : IGatewayControl
{
    public IReadOnlyList<Told<object>> Views() => book.Locked(ledger => ledger.All.Select(Tell).ToList());

    public IReadOnlyList<Told<string>> Rows() =>
        book.Locked(ledger => ledger.All.Select(trade => new Told<string>(trade.CreatedAt, Row(trade))).ToList());

    public Told<object>? Find(string outTradeNo, string? appId) =>
        book.Locked(ledger => ledger.Newest(outTradeNo, appId) is { } trade ? Tell(trade) : null);

    public IResult? Take(string outTradeNo, string? appId, string step, PayRequest request)
    {
        try
        {
            return book.Locked(ledger => ledger.Newest(outTradeNo, appId) is { } trade ? Take(trade, step, request) : null);
        }
        catch (DirectRefusal refusal)
        {
            return ControlModule.Problem(409, refusal.Code, refusal.Reason);
        }
    }

    public bool Move(string tradeNo, string step)
    {
        try
        {
            return book.Locked(ledger => ledger.All.FirstOrDefault(trade => trade.TradeNo == tradeNo) is { } trade && Move(trade, step, new PayRequest()));
        }
        catch (DirectRefusal refusal)
        {
            throw new StepRefused(DirectPages.Refused(refusal));
        }
    }

    public void Clear() => book.Locked(ledger =>
    {
        ledger.Clear();
        return 0;
    });

    private IResult Take(DirectTrade trade, string step, PayRequest request)
    {
        if (!Move(trade, step, request))
        {
            return ControlModule.Problem(404, "unknown_step", "The steps are open, pay, cancel, close, finish, refund and settle-refunds.");
        }

        var returnUrl = step == "pay" ? links.Return(trade) : null;
        return ControlModule.Answer(new { trade = DirectTradeView.Of(trade, links), returnUrl });
    }

    private bool Move(DirectTrade trade, string step, PayRequest request)
    {
        switch (step)
        {
            case "open":
                desk.Open(trade);
                return true;
            case "pay":
                desk.Pay(trade, request.Force, request.Fen);
                return true;
            case "cancel":
                // The buyer walks away, which the gateway does not notice.
                return true;
            case "close":
                desk.Close(trade);
                return true;
            case "finish":
                desk.Finish(trade);
                return true;
            case "refund":
                refunds.GiveBackAtConsole(trade, request.Fen);
                return true;
            case "settle-refunds":
                refunds.Settle(trade, isForced: true);
                return true;
            default:
                return false;
        }
    }

    private Told<object> Tell(DirectTrade trade) => new(trade.CreatedAt, DirectTradeView.Of(trade, links));

    private string Row(DirectTrade trade) => TradeRow.Html(
        trade.OutTradeNo, trade.Subject, DirectTradeView.ProductName, trade.TotalFen, trade.RefundedFen, trade.Status, Tone(trade.Status), trade.CreatedAt,
        $"""<a class="button" href="{links.Cashier(trade)}">Cashier</a>""" + TradeRow.Buttons(trade.TradeNo, Steps(trade)) + Refunds(trade));

    private static string Refunds(DirectTrade trade) => trade.Refunds.Count == 0 ? "" : $"""<ul class="attempts">{string.Concat(trade.Refunds.Select(refund =>
        $"<li><code>{Html.Encode(refund.BatchNo)}</code> −{Yuan.Text(refund.Fen)} {Html.Encode(refund.Outcome ?? "pending since")} {Beijing.Compact(refund.At, "MM-dd HH:mm:ss")} {Html.Encode(refund.Reason)}</li>"))}</ul>""";

    private static string[] Steps(DirectTrade trade) => trade.Status switch
    {
        TradeStatus.NotOpened => ["open", "pay"],
        TradeStatus.Waiting => ["pay", "close"],
        TradeStatus.Success => trade.Refunds.Exists(refund => refund.IsPending) ? ["finish", "refund", "settle-refunds"] : ["finish", "refund"],
        _ => [],
    };

    private static string Tone(string status) => status switch
    {
        TradeStatus.Success or TradeStatus.Finished => "good",
        TradeStatus.Closed => "bad",
        _ => "",
    };
}
