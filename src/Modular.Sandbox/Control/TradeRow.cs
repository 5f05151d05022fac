using Modular.Sandbox.Pages;

namespace Modular.Sandbox.Control;

/// <summary>One line of the control page's table of trades.</summary>
internal static class TradeRow
{
    /// <param name="tone">good, bad or nothing: how the state is coloured.</param>
    /// <param name="actions">Markup.</param>
    public static string Html(
        string outTradeNo, string subject, string product, long totalFen, long refundedFen, string status, string tone, DateTimeOffset createdAt, string actions) => $"""
        <tr><td class="mono">{Pages.Html.Encode(outTradeNo)}</td><td>{Pages.Html.Encode(subject)}<div class="soft">{product}</div></td>
        <td class="number">¥{Yuan.Text(totalFen)}{(refundedFen > 0 ? $"""<div class="soft">−{Yuan.Text(refundedFen)}</div>""" : "")}</td>
        <td class="state {tone}">{status}</td><td>{Beijing.Compact(createdAt, "MM-dd HH:mm:ss")}</td>
        <td><div class="actions">{actions}</div></td></tr>
        """;

    public static string Buttons(string tradeNo, IEnumerable<string> steps) => string.Concat(
        steps.Select(step => $"""<form method="post" action="/control/trades/{tradeNo}/{step}"><button>{step}</button></form>"""));
}
