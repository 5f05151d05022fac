using Modular.Sandbox.Pages;

namespace Modular.Sandbox.AlipayDirect.Cashier;

/// <summary>The buyer's side: the cashier for browsers.</summary>
internal sealed class DirectCashierEndpoints(DirectBook book, DirectDesk desk, DirectPages pages, DirectLinks links)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/alipaydirect/cashier/{token}", (string token) => With(token, pages.Cashier));
        routes.MapPost("/alipaydirect/cashier/{token}/login", (string token) => With(token, Login));
        routes.MapPost("/alipaydirect/cashier/{token}/pay", (string token) => With(token, Pay));
        routes.MapPost("/alipaydirect/cashier/{token}/cancel", (string token) => With(token, Cancel));
    }

    private IResult With(string token, Func<DirectTrade, IResult> step)
    {
        try
        {
            return book.Locked(ledger => ledger.ByToken(token) is { } trade ? step(trade) : Html.NotFound());
        }
        catch (DirectRefusal refusal)
        {
            return DirectPages.Refused(refusal);
        }
    }

    private SeeOther Login(DirectTrade trade)
    {
        desk.Open(trade);
        return new SeeOther(links.Cashier(trade));
    }

    private SeeOther Pay(DirectTrade trade)
    {
        if (!trade.IsPaid)
        {
            desk.Pay(trade);
        }

        return new SeeOther(links.Return(trade) ?? links.Cashier(trade));
    }

    /// <summary>The buyer walks away; the trade goes on waiting, as it does when a window is closed.</summary>
    private static IResult Cancel(DirectTrade trade) => trade.ShowUrl.Length > 0 ? new SeeOther(trade.ShowUrl) : DirectPages.Left(trade);
}
