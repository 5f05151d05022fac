using Modular.Sandbox.Alipay;
using Modular.Sandbox.Alipay.Cashier;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.Control;

/// <summary>Looking at trades, and being the buyer or Alipay without a browser.</summary>
internal static class TradeControl
{
    internal sealed record PayRequest(bool Force = false, string? Amount = null);

    public static void MapTradeControl(this WebApplication app)
    {
        var book = app.Services.GetRequiredService<TradeBook>();
        var desk = app.Services.GetRequiredService<TradeDesk>();
        var links = app.Services.GetRequiredService<CashierLinks>();
        app.MapGet("/sandbox/trades", () => ControlModule.Answer(
            book.Locked(ledger => ledger.All.Reverse().Select(trade => TradeView.Of(trade, links)).ToList())));
        app.MapGet("/sandbox/trades/{outTradeNo}", (string outTradeNo, string? appId) => book.Locked(ledger =>
            ledger.Newest(outTradeNo, appId) is { } trade ? ControlModule.Answer(TradeView.Of(trade, links)) : Unknown()));
        app.MapPost("/sandbox/trades/{outTradeNo}/{step}", async (HttpRequest request, string outTradeNo, string step, string? appId) =>
        {
            var pay = await ControlModule.ReadAsync<PayRequest>(request) ?? new PayRequest();
            return Take(book, desk, links, outTradeNo, appId, step, pay);
        });
        app.MapPost("/sandbox/reset", (FaultBoard faults, Courier courier) =>
        {
            faults.Sheet = new FaultSheet();
            courier.Forget();
            return book.Locked(ledger =>
            {
                ledger.Clear();
                return Results.NoContent();
            });
        });
    }

    private static IResult Take(TradeBook book, TradeDesk desk, CashierLinks links, string outTradeNo, string? appId, string step, PayRequest pay)
    {
        if (pay.Amount is not null && Yuan.Parse(pay.Amount) is null)
        {
            return ControlModule.Problem(400, "invalid_amount", "An amount is written like 0.02.");
        }

        try
        {
            return book.Locked(ledger =>
            {
                if (ledger.Newest(outTradeNo, appId) is not { } trade)
                {
                    return Unknown();
                }

                if (!Move(desk, trade, step, pay))
                {
                    return ControlModule.Problem(404, "unknown_step", "The steps are open, pay, cancel, close and finish.");
                }

                var returnUrl = step == "pay" ? links.Return(trade) : null;
                return ControlModule.Answer(new { trade = TradeView.Of(trade, links), returnUrl });
            });
        }
        catch (Refusal refusal)
        {
            return ControlModule.Problem(409, refusal.SubCode, refusal.SubMessage);
        }
    }

    public static bool Move(TradeDesk desk, Trade trade, string step, PayRequest pay)
    {
        switch (step)
        {
            case "open":
                desk.Open(trade);
                return true;
            case "pay":
                desk.Pay(trade, pay.Force, Yuan.Parse(pay.Amount));
                return true;
            case "cancel":
                // The buyer walks away, which the gateway does not notice.
                return true;
            case "close":
                desk.Close(trade);
                return true;
            case "finish":
                desk.Finish(trade);
                return true;
            default:
                return false;
        }
    }

    private static IResult Unknown() => ControlModule.Problem(404, "unknown_trade", "The sandbox has no trade of this number.");
}
