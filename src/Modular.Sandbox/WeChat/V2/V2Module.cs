using Modular.Sandbox.WeChat.Notifications;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>API v2 as one part of WeChat.</summary>
internal static class V2Module
{
    public static void AddWeChatV2(this IServiceCollection services)
    {
        services.AddSingleton<V2Check>().AddSingleton<OrderFields>();
        services.AddSingleton<IV2Method, UnifiedOrder>().AddSingleton<IV2Method, OrderQuery>().AddSingleton<IV2Method, CloseOrder>();
        services.AddSingleton<IV2Method, Refund>().AddSingleton<IV2Method, RefundQuery>().AddSingleton<IV2Method, DownloadBill>();
        services.AddSingleton<V2Endpoint>();
        services.AddSingleton<INotificationWriter, V2NotificationWriter>();
    }

    public static void MapWeChatV2(this WebApplication app)
    {
        app.Services.GetRequiredService<V2Endpoint>().Map(app);
        app.MapSignXml();
    }
}
