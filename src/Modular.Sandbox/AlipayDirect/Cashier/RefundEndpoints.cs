using Modular.Sandbox.Pages;

namespace Modular.Sandbox.AlipayDirect.Cashier;

/// <summary>The merchant's operator at Alipay's page for refunds. Any six digits are the payment password.</summary>
internal sealed class RefundEndpoints(DirectBook book, DirectRefundDesk desk, RefundSheets sheets, DirectMerchants merchants)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/alipaydirect/refund/{token}", (string token) => sheets.Find(token) is { } batch ? Sheet(token, batch, "") : Html.NotFound());
        routes.MapPost("/alipaydirect/refund/{token}/confirm", async (string token, HttpRequest request) =>
        {
            var form = request.HasFormContentType ? await request.ReadFormAsync() : FormCollection.Empty;
            return sheets.Find(token) is { } batch ? Confirm(token, batch, form["password"].ToString()) : Html.NotFound();
        });
    }

    private IResult Confirm(string token, RefundBatch batch, string password)
    {
        if (password.Length != 6 || !password.All(char.IsAsciiDigit))
        {
            return Sheet(token, batch, "支付密码错误 · The payment password is six digits.");
        }

        return book.Locked(ledger =>
        {
            if (DirectRefundDesk.Refusal(ledger, batch) is { } code)
            {
                return DirectPages.Refused(new DirectRefusal(code, "退款被拒绝"));
            }

            return Result(batch, desk.Make(ledger, batch));
        });
    }

    private IResult Sheet(string token, RefundBatch batch, string problem) => Html.Page("退款 Refund", $"""
        <section class="card">
        <p class="soft center">{Html.Encode(merchants.Find(batch.Partner)!.Name)}</p>
        <h1 class="center">确认退款 · Confirm the refund</h1>
        <p class="amount center" id="amount">¥{Yuan.Text(batch.Items.Sum(item => item.Fen))}</p>
        <dl class="facts">
        <div><dt>批次号 Batch</dt><dd class="mono" id="batch">{Html.Encode(batch.BatchNo)}</dd></div>
        {string.Concat(batch.Items.Select(item => $"""<div><dt class="mono">{Html.Encode(item.TradeNo)}</dt><dd>¥{Yuan.Text(item.Fen)} <span class="reason">{Html.Encode(item.Reason)}</span></dd></div>"""))}
        </dl>
        {(problem.Length > 0 ? $"""<p id="problem">{problem}</p>""" : "")}
        <form method="post" action="/alipaydirect/refund/{token}/confirm">
        <label for="password">支付密码 · Payment password</label>
        <input id="password" name="password" type="password" inputmode="numeric" maxlength="6" autocomplete="off">
        <button id="confirm" class="main">确认退款 · Refund</button></form>
        </section>
        """, "narrow");

    private static IResult Result(RefundBatch batch, IReadOnlyList<RefundResult> results)
    {
        var isGood = results.Count == batch.Items.Count && results.All(result => result.Outcome == DirectRefund.Success);
        var (title, text) = isGood ? ("退款成功", "The money has gone back.")
            : results.Count < batch.Items.Count ? ("退款处理中", "The refund is being worked on.")
            : ("退款失败", "Not everything went back.");
        return Html.Page("退款 Refund", $"""
            <section class="card center"><div class="mark {(isGood ? "" : "no")}">{(isGood ? "✓" : "–")}</div>
            <h1 id="result">{title}</h1><p class="soft">{text}</p>
            <ul class="attempts">{string.Concat(results.Select(result => $"<li><code>{Html.Encode(result.TradeNo)}</code> ¥{Yuan.Text(result.Fen)} <code>{Html.Encode(result.Outcome)}</code></li>"))}</ul></section>
            """, "narrow");
    }
}
