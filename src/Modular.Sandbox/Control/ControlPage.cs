using System.Globalization;
using System.Text.Json;
using Modular.Sandbox.Alipay;
using Modular.Sandbox.Alipay.Cashier;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.Control;

/// <summary>The page at <c>/</c>: the control plane for people, with plain forms.</summary>
internal static class ControlPage
{
    private const int Shown = 50;

    public static void MapControlPage(this WebApplication app)
    {
        var book = app.Services.GetRequiredService<TradeBook>();
        var desk = app.Services.GetRequiredService<TradeDesk>();
        app.MapGet("/", (CashierLinks links, PublicAddress address, Merchants merchants, PostBox box, FaultBoard faults) =>
        {
            var trades = book.Locked(ledger => string.Concat(ledger.All.Reverse().Take(Shown).Select(trade => TradeRow(trade, links))));
            return Html.Page("Control", Body(address, merchants, trades, box, faults), "wide");
        });
        app.MapPost("/control/trades/{tradeNo}/{step}", (string tradeNo, string step) =>
        {
            try
            {
                book.Locked(ledger => ledger.All.FirstOrDefault(trade => trade.TradeNo == tradeNo) is { } trade
                    && TradeControl.Move(desk, trade, step, new TradeControl.PayRequest()));
                return new SeeOther("/#trades");
            }
            catch (Refusal refusal)
            {
                return CashierPages.Refused(refusal);
            }
        });
        app.MapPost("/control/notifications/{id}", async (string id, PostBox box, Courier courier) =>
        {
            if (box.Find(id) is { State: not DeliveryState.Refused } notification)
            {
                await courier.DeliverAsync(notification);
            }

            return new SeeOther("/#notifications");
        });
    }

    private static string Body(PublicAddress address, Merchants merchants, string trades, PostBox box, FaultBoard faults) => $"""
        <section class="card"><h1>一个本地的支付宝网关 · A local Alipay gateway</h1>
        <p>It speaks the wire protocol of the Alipay open platform, so any shop or SDK pointed at <code>{address.Base}/alipay/gateway.do</code> pays here with test money. On this page you are the buyer, Alipay, and bad luck.</p>
        <p class="soft">{string.Join(" · ", merchants.All.Select(merchant => $"{Html.Encode(merchant.Name)} <code>{Html.Encode(merchant.AppId)}</code> {(merchant.Certificates is null ? "keys" : "certificates")}"))}
        — <a href="/alipay/app">play the Alipay app</a></p></section>
        <section class="card" id="trades"><h2>交易 Trades</h2><div class="scroll"><table>
        <thead><tr><th>Order</th><th>Subject</th><th class="number">Amount</th><th>Status</th><th>Time</th><th></th></tr></thead>
        <tbody>{(trades.Length > 0 ? trades : """<tr><td colspan="6" class="soft">还没有交易 · No trade yet.</td></tr>""")}</tbody></table></div></section>
        <section class="card" id="notifications"><h2>通知 Notifications</h2><div class="scroll"><table>
        <thead><tr><th>Order</th><th>News</th><th>To</th><th>State and attempts</th><th></th></tr></thead>
        <tbody>{NotificationRows(box)}</tbody></table></div></section>
        <section class="card" id="faults"><h2>故障 Faults</h2>{FaultForm.Html(faults.Sheet)}
        <pre>{Html.Encode(JsonSerializer.Serialize(faults.Sheet, ControlModule.Json))}</pre></section>
        """;

    private static string TradeRow(Trade trade, CashierLinks links) => $"""
        <tr><td class="mono">{Html.Encode(trade.OutTradeNo)}</td><td>{Html.Encode(trade.Subject)}<div class="soft">{trade.Product}</div></td>
        <td class="number">¥{Yuan.Text(trade.TotalFen)}{(trade.RefundedFen > 0 ? $"""<div class="soft">−{Yuan.Text(trade.RefundedFen)}</div>""" : "")}</td>
        <td class="state {Tone(trade.Status)}">{trade.Status}</td><td>{Beijing.Compact(trade.CreatedAt, "MM-dd HH:mm:ss")}</td>
        <td><div class="actions"><a class="button" href="{links.Cashier(trade)}">{(trade.Product == Product.Qr ? "Scan" : "Cashier")}</a>{Buttons(trade)}</div></td></tr>
        """;

    private static string Buttons(Trade trade) => string.Concat((trade.Status switch
    {
        TradeStatus.NotOpened => ["open", "pay"],
        TradeStatus.Waiting => ["pay", "close"],
        TradeStatus.Success => ["finish"],
        _ => Array.Empty<string>(),
    }).Select(step => $"""<form method="post" action="/control/trades/{trade.TradeNo}/{step}"><button>{step}</button></form>"""));

    private static string NotificationRows(PostBox box)
    {
        var rows = string.Concat(box.All.Reverse().Take(Shown).Select(NotificationRow));
        return rows.Length > 0 ? rows : """<tr><td colspan="5" class="soft">还没有通知 · Nothing announced yet.</td></tr>""";
    }

    private static string NotificationRow(Notification notification)
    {
        lock (notification.Gate)
        {
            return $"""
                <tr><td class="mono">{Html.Encode(notification.OutTradeNo)}</td><td>{notification.News}</td><td class="mono">{Html.Encode(notification.Url)}</td>
                <td><span class="state {Tone(notification.State)}">{notification.State}</span> <span class="soft">{Html.Encode(notification.Reason ?? "")}{Next(notification)}</span>
                <ul class="attempts">{string.Concat(notification.Attempts.Select(AttemptRow))}</ul></td>
                <td><form method="post" action="/control/notifications/{notification.Id}"><button>deliver now</button></form></td></tr>
                """;
        }
    }

    private static string AttemptRow(Attempt attempt) => string.Create(CultureInfo.InvariantCulture,
        $"<li>{Beijing.Compact(attempt.At, "HH:mm:ss")} · {attempt.Status?.ToString(CultureInfo.InvariantCulture) ?? "—"} · {attempt.DurationMs:0} ms <code>{Html.Encode(attempt.Body)}</code></li>");

    private static string Next(Notification notification) =>
        notification.NextAttemptAt is { } next ? $" next {Beijing.Compact(next, "HH:mm:ss")}" : "";

    private static string Tone(string status) => status switch
    {
        TradeStatus.Success or TradeStatus.Finished => "good",
        TradeStatus.Closed => "bad",
        _ => "",
    };

    private static string Tone(DeliveryState state) => state switch
    {
        DeliveryState.Acknowledged => "good",
        DeliveryState.Pending => "",
        _ => "bad",
    };
}
