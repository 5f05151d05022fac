using Modular.Sandbox.Pages;

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>What of an order the shopper gets to see.</summary>
internal sealed record OrderView(string Merchant, string Subject, string OutTradeNo, long Fen, string Payer);

/// <summary>What the shopper sees. The ids pay, cancel, amount and subject stay as they are: browser tests use them.</summary>
internal static class CashierPages
{
    private const string Kind = "narrow wechat";

    /// <param name="action">The address that the answer is posted to, with <c>answer</c> either pay or cancel.</param>
    /// <param name="place">Where in the world this page is, for people who wonder.</param>
    public static IResult Order(OrderView order, string action, string place) => Html.Page("微信支付 WeChat Pay", $"""
        <section class="card">
        <p class="soft center">{Html.Encode(order.Merchant)}</p>
        <p class="amount center" id="amount">¥{Yuan.Text(order.Fen)}</p>
        <dl class="facts">
        <div><dt>商品 Subject</dt><dd id="subject">{Html.Encode(order.Subject)}</dd></div>
        <div><dt>订单号 Order</dt><dd class="mono">{Html.Encode(order.OutTradeNo)}</dd></div>
        <div><dt>付款人 Payer</dt><dd class="mono">{Html.Encode(order.Payer)}</dd></div>
        </dl>
        <form method="post" action="{Html.Encode(action)}">
        <button id="pay" class="main" name="answer" value="pay">立即支付 · Pay</button>
        <button id="cancel" class="quiet" name="answer" value="cancel">取消 · Cancel</button></form>
        </section>
        <p class="soft center">{place}</p>
        """, Kind);

    /// <param name="more">Markup of the caller's below the amount.</param>
    public static IResult Paid(OrderView order, string more = "") => Html.Page("支付成功", $"""
        <section class="card center"><div class="mark">✓</div><h1 id="result">支付成功</h1><p class="soft">Paid.</p>
        <p class="amount" id="amount">¥{Yuan.Text(order.Fen)}</p><p class="soft" id="subject">{Html.Encode(order.Subject)}</p>
        <p class="soft mono">{Html.Encode(order.OutTradeNo)}</p>{more}</section>
        """, Kind);

    public static IResult Left(OrderView order, string more = "") => Html.Page("已取消", $"""
        <section class="card center"><div class="mark no">–</div><h1 id="result">已取消支付</h1>
        <p class="soft">You left without paying. The order <code>{Html.Encode(order.OutTradeNo)}</code> still waits.</p>{more}</section>
        """, Kind);

    /// <param name="reason">What WeChat says, word for word.</param>
    /// <param name="hint">What it means, for the person who has to repair it.</param>
    public static IResult Refused(string reason, string hint, string more = "") => Html.Page("微信支付 WeChat Pay", $"""
        <section class="card center"><div class="mark no">!</div><h1 id="error-reason">{Html.Encode(reason)}</h1>
        <p class="soft">{Html.Encode(hint)}</p>{more}</section>
        """, Kind);
}
