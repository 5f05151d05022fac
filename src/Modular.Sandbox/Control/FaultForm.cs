using System.Globalization;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.Control;

/// <summary>The faults as a form: the common ones, for all trades or for one. JSON can say more.</summary>
internal static class FaultForm
{
    public static FaultSheet Apply(IFormCollection form, FaultSheet sheet)
    {
        if (form["action"] == "clear")
        {
            return new FaultSheet();
        }

        var set = new FaultSet
        {
            Notify = new NotifyFaults
            {
                Drop = Tick(form, "drop"),
                DelaySeconds = Number(form, "delaySeconds"),
                Duplicate = (int?)Number(form, "duplicate"),
                Reorder = Tick(form, "reorder"),
                WrongKey = Tick(form, "wrongKey"),
                OmitSignature = Tick(form, "omitSignature"),
                Tamper = Field(form, "tamper"),
                ResignTampered = Field(form, "resignTampered"),
            },
            Gateway = Gateway(form),
            Trade = new TradeFaults
            {
                QueryLagSeconds = Number(form, "queryLagSeconds"),
                PayAmount = form["payAmount"] is [{ Length: > 0 } amount] ? amount : null,
                PayAfterClose = Tick(form, "payAfterClose"),
                RefundDelaySeconds = Number(form, "refundDelaySeconds"),
                SellerShort = Tick(form, "sellerShort"),
            },
        };
        var trade = form["outTradeNo"].ToString().Trim();
        return trade.Length > 0
            ? sheet with { Trades = new(sheet.Trades) { [trade] = set } }
            : new FaultSheet
            {
                Notify = set.Notify,
                Gateway = set.Gateway,
                Trade = set.Trade,
                Trades = sheet.Trades,
                AlipayBill = form.ContainsKey("billReady") ? (sheet.AlipayBill ?? new()) with { Ready = true } : null,
                WeChatBill = form.ContainsKey("billReady") ? (sheet.WeChatBill ?? new()) with { Ready = true } : null,
            };
    }

    public static string Html(FaultSheet now) => $"""
        <form method="post" action="/sandbox/faults/form"><div class="grid">
        <label>订单号 Order (empty: all)<input type="text" name="outTradeNo"></label>
        <label>Gateway<select name="kind">{Options(First(now)?.Kind ?? GatewayFaultKind.None)}</select></label>
        <label>Gateway method (empty: all)<input type="text" name="method" placeholder="alipay.trade.query"></label>
        <label>Gateway slow, seconds<input type="number" name="slowSeconds" min="0" step="any"></label>
        <label>Only the next calls<input type="number" name="times" min="1"></label>
        <label>Query lags after payment, seconds<input type="number" name="queryLagSeconds" min="0" step="any"></label>
        <label>Buyer pays another amount<input type="text" name="payAmount" placeholder="0.02" inputmode="decimal"></label>
        <label>Refunds done later, seconds<input type="number" name="refundDelaySeconds" min="0" step="any"></label>
        <label>Notify later, seconds<input type="number" name="delaySeconds" min="0" step="any"></label>
        <label>Notify copies<input type="number" name="duplicate" min="0" max="20"></label>
        <label>Tamper a field (signature wrong)<input type="text" name="tamper" placeholder="total_amount=0.01"></label>
        <label>Other content, rightly signed<input type="text" name="resignTampered" placeholder="app_id=2021999"></label>
        {Ticks(now)}
        </div><div class="actions"><button class="main" name="action" value="set">Set faults</button><button name="action" value="clear">Clear all</button></div></form>
        """;

    private static string Ticks(FaultSheet now) => string.Concat(
        Box("drop", "Lose notifications", now.Notify?.Drop),
        Box("reorder", "Older news after newer", now.Notify?.Reorder),
        Box("wrongKey", "Notify signed by a wrong key", now.Notify?.WrongKey),
        Box("omitSignature", "Notify without signature", now.Notify?.OmitSignature),
        Box("payAfterClose", "Pay after close", now.Trade?.PayAfterClose),
        Box("sellerShort", "Seller has no money for refunds", now.Trade?.SellerShort),
        Box("billReady", "Bills of every day, today's too", now.AlipayBill?.Ready),
        Box("afterWork", "Gateway fails after the work", First(now)?.AfterWork));

    private static GatewayFault? First(FaultSheet now) => now.Gateway is [var first, ..] ? first : null;

    private static string Box(string name, string label, bool? on) =>
        $"""<label class="tick"><input type="checkbox" name="{name}"{(on == true ? " checked" : "")}>{label}</label>""";

    private static string Options(GatewayFaultKind chosen) => string.Concat(
        Enum.GetValues<GatewayFaultKind>().Select(kind => $"<option{(kind == chosen ? " selected" : "")}>{kind}</option>"));

    private static GatewayFault[]? Gateway(IFormCollection form)
    {
        var kind = Enum.TryParse<GatewayFaultKind>(form["kind"], out var chosen) ? chosen : GatewayFaultKind.None;
        var slow = Number(form, "slowSeconds") ?? 0;
        return kind == GatewayFaultKind.None && slow <= 0
            ? null
            : [new GatewayFault
            {
                Kind = kind,
                SlowSeconds = slow,
                Methods = form["method"] is [{ Length: > 0 } method] ? [method] : [],
                Times = (int?)Number(form, "times"),
                AfterWork = Tick(form, "afterWork") == true,
            }];
    }

    private static bool? Tick(IFormCollection form, string name) => form.ContainsKey(name) ? true : null;

    private static double? Number(IFormCollection form, string name) =>
        double.TryParse(form[name], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Dictionary<string, string>? Field(IFormCollection form, string name) =>
        form[name].ToString().Split('=', 2) is [{ Length: > 0 } field, var value] ? new() { [field.Trim()] = value } : null;
}
