using System.Text.Json;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.Alipay.Cashier;

/// <summary>What the buyer sees. The ids login, pay, cancel, amount and subject stay as they are: browser tests use them.</summary>
internal sealed class CashierPages(IOptions<SandboxOptions> options, Merchants merchants, CashierLinks links, AppResult appResult, FaultBoard faults, TimeProvider time)
{
    private readonly string qrLifetime = options.Value.Alipay.QrLifetime;

    public bool QrIsDead(Trade trade)
    {
        var now = time.GetUtcNow();
        return now >= Expiry.After(qrLifetime, "", trade.CreatedAt) || now >= Expiry.After(trade.QrTimeoutExpress, qrLifetime, trade.CreatedAt);
    }

    public IResult Cashier(Trade trade) => trade.Status switch
    {
        TradeStatus.NotOpened when trade.HasExpired(time.GetUtcNow()) => Result(trade, false, "交易已超时", "The time to pay is over."),
        TradeStatus.NotOpened => Order(trade, Button(trade, "login", "登录测试买家 · Log in", "main")),
        TradeStatus.Waiting => Order(trade, Button(trade, "pay", "确认付款 · Pay", "main") + Button(trade, "cancel", "取消 · Cancel", "quiet")),
        TradeStatus.Closed when !trade.WasPaid => ClosedPage(trade),
        TradeStatus.Closed => Result(trade, false, "已全额退款", "Paid, and given back in full."),
        _ => Result(trade, true, "支付成功", "Paid."),
    };

    public static IResult Left(Trade trade) => Html.Page("Cancelled", $"""
        <section class="card center"><div class="mark no">–</div><h1>已取消付款</h1>
        <p class="soft">You left without paying. The order <code>{Html.Encode(trade.OutTradeNo)}</code> still waits.</p></section>
        """, "narrow");

    /// <summary>As the real gateway does, without the prefix that the JSON code has.</summary>
    public static IResult Refused(Refusal refusal) => Html.Page("Error", $"""
        <section class="card"><h1>抱歉，无法完成此操作</h1><p class="soft">The gateway refused this request.</p>
        <dl class="facts"><div><dt>错误代码</dt><dd><code id="error-code">{Html.Encode(refusal.SubCode.Replace("isv.", "", StringComparison.Ordinal))}</code></dd></div></dl>
        <p>错误原因：<span id="error-reason">{Html.Encode(refusal.SubMessage)}</span></p></section>
        """, "narrow");

    public static IResult OrderStringForm() => Html.Page("Alipay app", """
        <section class="card"><h1>支付宝 App</h1>
        <p class="soft">Plays the Alipay app: paste the order string that your app would hand to its SDK.</p>
        <form method="post" action="/alipay/app"><textarea name="orderString" aria-label="orderString" required></textarea>
        <button class="main" id="open">打开 · Open</button></form></section>
        """, "narrow");

    private IResult Order(Trade trade, string buttons) => Html.Page("收银台 Cashier", $"""
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
        <p class="soft center">{(trade.Product == Product.Qr ? "扫码付款 · The buyer's phone after the scan" : "收银台 · Cashier")}</p>
        """, "narrow");

    private IResult ClosedPage(Trade trade) => Result(
        trade, false, "交易已关闭", "This trade is closed.", faults.Trade(trade.OutTradeNo).PayAfterClose == true ? Button(trade, "pay", "仍然付款 · Pay all the same", "quiet") : "");

    private IResult Result(Trade trade, bool good, string title, string text, string more = "") => Html.Page(title, $"""
        <section class="card center"><div class="mark {(good ? "" : "no")}">{(good ? "✓" : "–")}</div>
        <h1 id="result">{title}</h1><p class="soft">{text}</p>
        <p class="amount" id="amount">¥{Yuan.Text(trade.ReportedFen)}</p>
        <p class="soft" id="subject">{Html.Encode(trade.Subject)}</p>
        <p class="soft mono">{Html.Encode(trade.OutTradeNo)}</p>{ReturnLink(trade, good)}{more}</section>
        """, "narrow");

    private string ReturnLink(Trade trade, bool good) => (good, trade.Product) switch
    {
        (true, Product.App) => $"""<p class="soft">What the app hands back:</p><pre id="app-result">{Html.Encode(JsonSerializer.Serialize(appResult.Of(trade)))}</pre>""",
        (true, _) when links.Return(trade) is { } url => $"""<p><a class="button" id="return" href="{Html.Encode(url)}">返回商家 · Back to the shop</a></p>""",
        _ => "",
    };

    private static string Button(Trade trade, string step, string label, string kind) =>
        $"""<form method="post" action="/alipay/cashier/{trade.Token}/{step}"><button id="{step}" class="{kind}">{label}</button></form>""";
}
