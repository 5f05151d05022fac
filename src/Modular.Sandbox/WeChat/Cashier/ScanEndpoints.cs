using Microsoft.AspNetCore.WebUtilities;

namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>The shopper's phone after scanning a <c>code_url</c>.</summary>
internal sealed class ScanEndpoints(CashierDesk desk, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/wechat/scan", (string? code_url) => CashierDesk.Guarded(() => Results.Redirect($"/wechat/scan/{TokenOf(code_url ?? "")}")));
        routes.MapGet("/wechat/scan/{token}", (HttpRequest request, string token) =>
            desk.Show(request, ledger => Find(ledger, token), "扫码支付 · The shopper's phone after the scan"));
        routes.MapPost("/wechat/scan/{token}", async (HttpRequest request, string token) =>
            await desk.DecideAsync(request, ledger => Find(ledger, token), (view, paid) => paid ? CashierPages.Paid(view) : CashierPages.Left(view)));
    }

    private WeChatTrade Find(WeChatLedger ledger, string token)
    {
        if (ledger.BySession(token) is not { Session.Kind: PrepaySession.Code } found || found.Session.Token != token)
        {
            throw CashierRefusal.Unknown();
        }

        if (found.Session.IsDead)
        {
            throw CashierRefusal.Replaced();
        }

        return found.Session.IsOver(time.GetUtcNow()) ? throw CashierRefusal.Expired() : found.Trade;
    }

    /// <summary>What a QR code holds, <c>weixin://wxpay/bizpayurl?pr=…</c>, is no address that a browser could open.</summary>
    private static string TokenOf(string codeUrl) =>
        Uri.TryCreate(codeUrl, UriKind.Absolute, out var url) && url.Scheme == "weixin"
        && QueryHelpers.ParseQuery(url.Query)["pr"].ToString() is { Length: > 0 } token && token.All(char.IsAsciiLetterOrDigit)
            ? token
            : throw CashierRefusal.Unknown();
}
