using Modular.Sandbox.AlipayDirect.Cashier;
using Modular.Sandbox.AlipayDirect.Gateway;
using Modular.Sandbox.AlipayDirect.Notifications;
using Modular.Sandbox.AlipayDirect.Services;
using Modular.Sandbox.Storage;

namespace Modular.Sandbox.AlipayDirect;

/// <summary>Alipay's legacy gateway ("mapi") as one part of the sandbox.</summary>
internal static class AlipayDirectModule
{
    public static void AddAlipayDirect(this IServiceCollection services)
    {
        services.AddSingleton<DirectMerchants>();
        services.AddSingleton<DirectDesk>().AddSingleton<DirectBook>();
        // Trades of a partner that is no longer configured could not be signed for.
        services.AddJsonArchive<DirectTrade, DirectMerchants>(
            "alipaydirect-trades.json", (merchants, trade) => merchants.Find(trade.Partner) is not null);
        services.AddSingleton<NotifyIds>().AddSingleton<AntiPhishingKeys>().AddSingleton<DirectAnnouncer>();
        services.AddSingleton<IDirectService, CreateDirectPay>();
        services.AddSingleton<IDirectService, NotifyVerify>();
        services.AddSingleton<IDirectService, QueryTimestamp>();
        services.AddSingleton<IDirectService, SingleTradeQuery>();
        services.AddSingleton<IDirectService, CloseTrade>();
        services.AddSingleton<IDirectService, RefundWithPassword>();
        services.AddSingleton<IDirectService, RefundWithoutPassword>();
        services.AddSingleton<IDirectService, AccountPageQuery>();
        services.AddSingleton<DirectRefundDesk>().AddSingleton<RefundSheets>().AddSingleton<RefundEndpoints>();
        services.AddSingleton<DirectLinks>().AddSingleton<DirectPages>().AddSingleton<DirectCashierEndpoints>();
        services.AddSingleton<DirectCheck>().AddSingleton<DirectEndpoint>();
    }

    public static void MapAlipayDirect(this WebApplication app)
    {
        // Resolved now, so that an unreadable key stops the start.
        app.Services.GetRequiredService<DirectMerchants>();
        app.Services.GetRequiredService<DirectBook>();
        var gateway = app.Services.GetRequiredService<DirectEndpoint>();
        app.MapMethods("/alipaydirect/gateway.do", [HttpMethods.Get, HttpMethods.Post], (Delegate)gateway.HandleAsync);
        app.Services.GetRequiredService<DirectCashierEndpoints>().Map(app);
        app.Services.GetRequiredService<RefundEndpoints>().Map(app);
    }
}
