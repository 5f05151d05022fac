using System.Globalization;
using System.Text.Json;
using Modular.Sandbox.Alipay;
using Modular.Sandbox.AlipayDirect;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;
using Modular.Sandbox.Pages;
using Modular.Sandbox.WeChat;

namespace Modular.Sandbox.Control;

/// <summary>The page at <c>/</c>: the control plane for people, with plain forms.</summary>
internal static class ControlPage
{
    private const int Shown = 50;

    public static void MapControlPage(this WebApplication app)
    {
        var gateways = app.Services.GetServices<IGatewayControl>().ToList();
        app.MapGet("/", (PublicAddress address, Merchants merchants, DirectMerchants direct, WeChatMerchants weChat, PostBox box, FaultBoard faults) =>
        {
            var trades = string.Concat(TradeControl.NewestFirst(gateways.SelectMany(gateway => gateway.Rows().Reverse())).Take(Shown));
            return Html.Page("Control", Body(address, MerchantNames(merchants, direct, weChat), trades, box, faults), "wide");
        });
        app.MapPost("/control/trades/{tradeNo}/{step}", (string tradeNo, string step) =>
        {
            try
            {
                _ = gateways.Exists(gateway => gateway.Move(tradeNo, step));
                return new SeeOther("/#trades");
            }
            catch (StepRefused refused)
            {
                return refused.Page;
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

    private static string Body(PublicAddress address, string merchants, string trades, PostBox box, FaultBoard faults) => $"""
        <section class="card"><h1>本地的支付宝和微信支付 · A local Alipay and WeChat Pay</h1>
        <p>It speaks the wire protocols of both, so any shop or SDK pointed at <code>{address.Base}/alipay/gateway.do</code>, <code>{address.Base}/alipaydirect/gateway.do</code> (legacy) or <code>{address.Base}</code> pays here with test money. On this page you are the buyer, the gateway, and bad luck.</p>
        <p class="soft">{merchants}
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

    private static string MerchantNames(Merchants merchants, DirectMerchants direct, WeChatMerchants weChat) => string.Join(" · ", merchants.All
        .Select(merchant => $"{Html.Encode(merchant.Name)} <code>{Html.Encode(merchant.AppId)}</code> {(merchant.Certificates is null ? "keys" : "certificates")}")
        .Concat(direct.All.Select(merchant => $"{Html.Encode(merchant.Name)} <code>{Html.Encode(merchant.Partner)}</code> legacy gateway"))
        .Concat(weChat.All.Select(merchant => $"{Html.Encode(merchant.Name)} <code>{Html.Encode(merchant.MchId)}</code> WeChat Pay")));

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

    private static string Tone(DeliveryState state) => state switch
    {
        DeliveryState.Acknowledged => "good",
        DeliveryState.Pending => "",
        _ => "bad",
    };
}
