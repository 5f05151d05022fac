using Modular.Sandbox.Storage;
using Modular.Sandbox.WeChat.Bills;
using Modular.Sandbox.WeChat.Cashier;
using Modular.Sandbox.WeChat.Notifications;
using Modular.Sandbox.WeChat.OAuth;
using Modular.Sandbox.WeChat.V2;
using Modular.Sandbox.WeChat.V3;

namespace Modular.Sandbox.WeChat;

/// <summary>WeChat Pay as one part of the sandbox.</summary>
internal static class WeChatModule
{
    public static void AddWeChat(this IServiceCollection services)
    {
        services.AddSingleton<WeChatMerchants>().AddSingleton<WeChatLinks>().AddSingleton<LaunchCheck>();
        services.AddSingleton<WeChatDesk>().AddSingleton<WeChatRefundDesk>().AddSingleton<WeChatBook>().AddSingleton<WeChatAnnouncer>();
        services.AddSingleton<TradeBills>().AddSingleton<BillDownloads>();
        services.AddSingleton<INotificationWriter, V3NotificationWriter>();
        services.AddSingleton<V3Check>().AddSingleton<V3Answers>().AddSingleton<V3Orders>().AddSingleton<V3Trades>().AddSingleton<V3Refunds>().AddSingleton<V3Bills>().AddSingleton<V3Endpoint>();
        // Trades of a merchant that is no longer configured could not be signed for.
        services.AddJsonArchive<WeChatTrade, WeChatMerchants>("wechat-trades.json", (merchants, trade) => merchants.ByMchId(trade.MchId) is not null);
        services.AddWeChatOAuth();
        services.AddWeChatV2();
        services.AddWeChatCashier();
    }

    public static void MapWeChat(this WebApplication app)
    {
        // Resolved now, so that an unreadable key or span of time stops the start.
        app.Services.GetRequiredService<WeChatMerchants>();
        app.Services.GetRequiredService<WeChatBook>();
        app.Services.GetRequiredService<V3Endpoint>().Map(app);
        app.MapWeChatOAuth();
        app.MapWeChatV2();
        app.MapWeChatCashier();
    }
}
