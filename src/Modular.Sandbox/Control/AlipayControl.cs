using Modular.Sandbox.Alipay;
using Modular.Sandbox.Alipay.Cashier;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.Control;

/// <summary>Alipay's trades on the control plane.</summary>
internal sealed class AlipayControl(TradeBook book, TradeDesk desk, CashierLinks links) : IGatewayControl
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
        catch (Refusal refusal)
        {
            return ControlModule.Problem(409, refusal.SubCode, refusal.SubMessage);
        }
    }

    public bool Move(string tradeNo, string step)
    {
        try
        {
            return book.Locked(ledger => ledger.All.FirstOrDefault(trade => trade.TradeNo == tradeNo) is { } trade && Move(trade, step, new PayRequest()));
        }
        catch (Refusal refusal)
        {
            throw new StepRefused(CashierPages.Refused(refusal));
        }
    }

    public void Clear() => book.Locked(ledger =>
    {
        ledger.Clear();
        return 0;
    });

    private IResult Take(Trade trade, string step, PayRequest request)
    {
        if (!Move(trade, step, request))
        {
            return ControlModule.Problem(404, "unknown_step", "The steps are open, pay, cancel, close, finish, refund and settle-refunds.");
        }

        var returnUrl = step == "pay" ? links.Return(trade) : null;
        return ControlModule.Answer(new { trade = AlipayTradeView.Of(trade, links), returnUrl });
    }

    private bool Move(Trade trade, string step, PayRequest request)
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
                desk.GiveBackAtConsole(trade, request.Fen);
                return true;
            case "settle-refunds":
                desk.SettleRefunds(trade);
                return true;
            default:
                return false;
        }
    }

    private Told<object> Tell(Trade trade) => new(trade.CreatedAt, AlipayTradeView.Of(trade, links));

    private string Row(Trade trade) => TradeRow.Html(
        trade.OutTradeNo, trade.Subject, trade.Product, trade.TotalFen, trade.RefundedFen, trade.Status, Tone(trade.Status), trade.CreatedAt,
        $"""<a class="button" href="{links.Cashier(trade)}">{(trade.Product == Product.Qr ? "Scan" : "Cashier")}</a>""" 
        + TradeRow.Buttons(trade.TradeNo, Steps(trade)) + Refunds(trade));

    private static string Refunds(Trade trade) => trade.Refunds.Count == 0 ? "" : $"""<ul class="attempts">{string.Concat(trade.Refunds.Select(refund =>
        $"<li><code>{Html.Encode(refund.RequestNo)}</code> −{Yuan.Text(refund.Fen)} {(refund.IsPending ? "pending since" : "refunded")} {Beijing.Compact(refund.At, "MM-dd HH:mm:ss")} {Html.Encode(refund.Reason)}</li>"))}</ul>""";

    private static string[] Steps(Trade trade) => trade.Status switch
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
