using Modular.Sandbox.Alipay.Bills;
using Modular.Sandbox.Alipay.Cashier;
using Modular.Sandbox.Alipay.Gateway;
using Modular.Sandbox.Alipay.Methods;
using Modular.Sandbox.Alipay.Notifications;
using Modular.Sandbox.Storage;

namespace Modular.Sandbox.Alipay;

/// <summary>The Alipay open platform as one part of the sandbox.</summary>
internal static class AlipayModule
{
    public static void AddAlipay(this IServiceCollection services)
    {
        services.AddSingleton<Merchants>();
        services.AddSingleton<TradeDesk>().AddSingleton<TradeBook>();
        // Trades of an application that is no longer configured could not be signed for.
        services.AddJsonArchive<Trade, Merchants>("alipay-trades.json", (merchants, trade) => merchants.Find(trade.AppId) is not null);
        services.AddSingleton<NotificationBody>().AddSingleton<Announcer>();
        services.AddSingleton<RequestCheck>().AddSingleton<SignedAnswer>().AddSingleton<TradePlacement>();
        services.AddSingleton<IApiMethod, Precreate>();
        services.AddSingleton<IApiMethod, Query>();
        services.AddSingleton<IApiMethod, Close>();
        services.AddSingleton<IApiMethod, Cancel>();
        services.AddSingleton<IApiMethod, RefundTrade>();
        services.AddSingleton<IApiMethod, RefundQuery>();
        services.AddSingleton<IApiMethod, CertificateDownload>();
        services.AddSingleton<IApiMethod, BillDownloadUrl>().AddSingleton<BillDesk>();
        services.AddSingleton<CashierLinks>().AddSingleton<AppResult>().AddSingleton<CashierPages>();
        services.AddSingleton<CashierEntrance>().AddSingleton<CashierEndpoints>();
        services.AddSingleton<GatewayEndpoint>();
    }

    public static void MapAlipay(this WebApplication app)
    {
        // Resolved now, so that an unreadable key stops the start.
        app.Services.GetRequiredService<Merchants>();
        app.Services.GetRequiredService<TradeBook>();
        var gateway = app.Services.GetRequiredService<GatewayEndpoint>();
        // The bare path is for SDKs that know a host only.
        foreach (var path in new[] { "/alipay/gateway.do", "/gateway.do" })
        {
            app.MapMethods(path, [HttpMethods.Get, HttpMethods.Post], (Delegate)gateway.HandleAsync);
        }

        app.MapGet("/alipay/downloadBillFile.resource", (string? token, BillDesk bills) => bills.Download(token));
        app.Services.GetRequiredService<CashierEndpoints>().Map(app);
    }
}
