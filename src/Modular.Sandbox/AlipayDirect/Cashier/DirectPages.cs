using Modular.Sandbox.Alipay;
using Modular.Sandbox.AlipayDirect.Gateway;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.AlipayDirect.Cashier;

/// <summary>What the buyer sees. The ids login, pay, cancel, amount and subject stay as they are: browser tests use them.</summary>
internal sealed class DirectPages(DirectMerchants merchants, DirectLinks links, FaultBoard faults, TimeProvider time)
{
    public IResult Cashier(DirectTrade trade) => trade.Status switch
    {
        TradeStatus.NotOpened when trade.HasExpired(time.GetUtcNow()) => Result(trade, false, "交易已超时", "The time to pay is over."),
        TradeStatus.NotOpened => Order(trade, Button(trade, "login", "登录测试买家 · Log in", "main")),
        TradeStatus.Waiting => Order(trade, Button(trade, "pay", "确认付款 · Pay", "main") + Button(trade, "cancel", "取消 · Cancel", "quiet")),
        TradeStatus.Closed when !trade.WasPaid => ClosedPage(trade),
        TradeStatus.Closed => Result(trade, false, "已全额退款", "Paid, and given back in full."),
        _ => Result(trade, true, "支付成功", "Paid."),
    };

    public static IResult Left(DirectTrade trade) => Html.Page("Cancelled", $"""
        <section class="card center"><div class="mark no">–</div><h1>已取消付款</h1>
        <p class="soft">You left without paying. The order <code>{Html.Encode(trade.OutTradeNo)}</code> still waits.</p></section>
        """, "narrow");

    /// <summary>The gateway's page of an error, in the charset of the request; that of the cashier's own steps is UTF-8.</summary>
    public static IResult Refused(DirectRefusal refusal, DirectCall? call = null)
    {
        const string Title = "支付宝 - 错误";
        var body = $"""
            <section class="card"><h1>抱歉，无法完成此操作</h1><p class="soft">The gateway refused this request.</p>
            <dl class="facts"><div><dt>错误代码</dt><dd><code id="error-code">{Html.Encode(refusal.Code)}</code></dd></div></dl>
            <p>错误原因：<span id="error-reason">{Html.Encode(refusal.Reason)}</span></p></section>
            """;
        return call is null ? Html.Page(Title, body, "narrow") : Html.Page(Title, body, "narrow", call.CharsetName, call.Charset);
    }

    private IResult Order(DirectTrade trade, string buttons) => Html.Page("收银台 Cashier", $"""
        <section class="card">
        <p class="soft center">{Html.Encode(merchants.Of(trade).Name)}</p>
        <p class="amount center" id="amount">¥{Yuan.Text(trade.TotalFen)}</p>
        <dl class="facts">
        <div><dt>商品 Subject</dt><dd id="subject">{Html.Encode(trade.Subject)}</dd></div>
        <div><dt>订单号 Order</dt><dd class="mono">{Html.Encode(trade.OutTradeNo)}</dd></div>
        <div><dt>买家 Buyer</dt><dd>{(trade.Exists ? Buyer.LogonId : "—")}</dd></div>
        </dl>
        {buttons}
        </section>
        <p class="soft center">即时到账收银台 · Cashier of the legacy gateway</p>
        """, "narrow");

    private IResult ClosedPage(DirectTrade trade) => Result(
        trade, false, "交易已关闭", "This trade is closed.", faults.Trade(trade.OutTradeNo).PayAfterClose == true ? Button(trade, "pay", "仍然付款 · Pay all the same", "quiet") : "");

    private IResult Result(DirectTrade trade, bool good, string title, string text, string more = "") => Html.Page(title, $"""
        <section class="card center"><div class="mark {(good ? "" : "no")}">{(good ? "✓" : "–")}</div>
        <h1 id="result">{title}</h1><p class="soft">{text}</p>
        <p class="amount" id="amount">¥{Yuan.Text(trade.ReportedFen)}</p>
        <p class="soft" id="subject">{Html.Encode(trade.Subject)}</p>
        <p class="soft mono">{Html.Encode(trade.OutTradeNo)}</p>{ReturnLink(trade)}{more}</section>
        """, "narrow");

    private string ReturnLink(DirectTrade trade) => links.Return(trade) is { } url
        ? $"""<p><a class="button" id="return" href="{Html.Encode(url)}">返回商家 · Back to the shop</a></p>"""
        : "";

    private static string Button(DirectTrade trade, string step, string label, string kind) =>
        $"""<form method="post" action="/alipaydirect/cashier/{trade.Token}/{step}"><button id="{step}" class="{kind}">{label}</button></form>""";
}
