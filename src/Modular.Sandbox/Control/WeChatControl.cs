using Modular.Sandbox.Pages;
using Modular.Sandbox.WeChat;

namespace Modular.Sandbox.Control;

/// <summary>The trades of WeChat Pay on the control plane.</summary>
internal sealed class WeChatControl(WeChatBook book, WeChatDesk desk, WeChatRefundDesk refunds, WeChatLinks links) : IGatewayControl
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
            return book.Locked(ledger => ledger.Newest(outTradeNo, appId) is { } trade ? Take(ledger, trade, step, request) : null);
        }
        catch (WeChatRefusal refusal)
        {
            return ControlModule.Problem(409, refusal.Code, refusal.Message);
        }
    }

    public bool Move(string tradeNo, string step)
    {
        try
        {
            return book.Locked(ledger => ledger.All.FirstOrDefault(trade => trade.TransactionId == tradeNo) is { } trade && Move(ledger, trade, step, new PayRequest()));
        }
        catch (WeChatRefusal refusal)
        {
            throw new StepRefused(Html.Page("微信支付 WeChat Pay", $"""
                <section class="card"><h1>{Html.Encode(refusal.Message)}</h1><p class="soft mono">{refusal.Code}</p></section>
                """, "narrow"));
        }
    }

    public void Clear() => book.Clear();

    private IResult Take(WeChatLedger ledger, WeChatTrade trade, string step, PayRequest request) => Move(ledger, trade, step, request)
        ? ControlModule.Answer(new { trade = WeChatTradeView.Of(trade, links) })
        : ControlModule.Problem(404, "unknown_step", "The steps of a WeChat trade are pay, close and refund.");

    private bool Move(WeChatLedger ledger, WeChatTrade trade, string step, PayRequest request)
    {
        switch (step)
        {
            case "pay":
                desk.Pay(trade, request.OpenId, request.Force, request.Fen);
                return true;
            case "close":
                desk.Close(trade);
                return true;
            case "refund":
                refunds.AtConsole(ledger, trade, request.Fen);
                return true;
            default:
                return false;
        }
    }

    private Told<object> Tell(WeChatTrade trade) => new(trade.CreatedAt, WeChatTradeView.Of(trade, links));

    private string Row(WeChatTrade trade) => TradeRow.Html(
        trade.OutTradeNo, trade.Description, $"wechat {trade.Api} {trade.Product}", trade.TotalFen, trade.RefundedFen, trade.State, Tone(trade.State), trade.CreatedAt,
        Scan(trade) + TradeRow.Buttons(trade.TransactionId, Steps(trade)) + Refunds(trade));

    private static string[] Steps(WeChatTrade trade) =>
        trade.State == TradeState.NotPay ? ["pay", "close"]
        : trade.IsPaid && trade.RefundedFen < trade.PaidFen ? ["refund"]
        : [];

    private static string Refunds(WeChatTrade trade) => trade.Refunds.Count == 0 ? "" : $"""<ul class="attempts">{string.Concat(trade.Refunds.Select(refund =>
        $"<li><code>{Html.Encode(refund.OutRefundNo)}</code> −{Yuan.Text(refund.Fen)} {refund.Status} {Beijing.Compact(refund.CreatedAt, "MM-dd HH:mm:ss")} {Html.Encode(refund.Reason)}</li>"))}</ul>""";

    private string Scan(WeChatTrade trade) => trade.Sessions[^1] is { Kind: PrepaySession.Code } session
        ? $"""<a class="button" href="{links.Scan(session)}">Scan</a>"""
        : "";

    private static string Tone(string state) => state switch
    {
        TradeState.Success => "good",
        TradeState.Closed => "bad",
        _ => "",
    };
}
