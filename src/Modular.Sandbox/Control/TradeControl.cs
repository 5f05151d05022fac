using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.Control;

/// <summary>Looking at trades of every gateway, and being the buyer or the gateway without a browser.</summary>
internal static class TradeControl
{
    public static void MapTradeControl(this WebApplication app)
    {
        var gateways = app.Services.GetServices<IGatewayControl>().ToList();
        app.MapGet("/sandbox/trades", () => ControlModule.Answer(NewestFirst(gateways.SelectMany(gateway => gateway.Views().Reverse()))));
        app.MapGet("/sandbox/trades/{outTradeNo}", (string outTradeNo, string? appId) =>
            NewestFirst(Found(gateways, outTradeNo, appId).Select(found => found.Trade)) is [var trade, ..] ? ControlModule.Answer(trade) : Unknown());
        app.MapPost("/sandbox/trades/{outTradeNo}/{step}", async (HttpRequest request, string outTradeNo, string step, string? appId) =>
        {
            var wanted = await ControlModule.ReadAsync<PayRequest>(request) ?? new PayRequest();
            if (wanted.Amount is not null && wanted.Fen is null)
            {
                return ControlModule.Problem(400, "invalid_amount", "An amount is written like 0.02.");
            }

            var newest = Found(gateways, outTradeNo, appId).OrderByDescending(found => found.Trade.CreatedAt).FirstOrDefault();
            return newest.Gateway?.Take(outTradeNo, appId, step, wanted) ?? Unknown();
        });
        app.MapPost("/sandbox/reset", (FaultBoard faults, Courier courier) =>
        {
            faults.Sheet = new FaultSheet();
            courier.Forget();
            gateways.ForEach(gateway => gateway.Clear());
            return Results.NoContent();
        });
    }

    public static List<T> NewestFirst<T>(IEnumerable<Told<T>> trades) =>
        [.. trades.OrderByDescending(trade => trade.CreatedAt).Select(trade => trade.Value)];

    private static IEnumerable<(IGatewayControl Gateway, Told<object> Trade)> Found(List<IGatewayControl> gateways, string outTradeNo, string? appId)
    {
        foreach (var gateway in gateways)
        {
            if (gateway.Find(outTradeNo, appId) is { } trade)
            {
                yield return (gateway, trade);
            }
        }
    }

    private static IResult Unknown() => ControlModule.Problem(404, "unknown_trade", "The sandbox has no trade of this number.");
}
