namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>The shopper's pages as one part of WeChat.</summary>
internal static class CashierModule
{
    public static void AddWeChatCashier(this IServiceCollection services)
    {
        services.AddSingleton<CashierDesk>();
        services.AddSingleton<ScanEndpoints>().AddSingleton<H5Endpoints>().AddSingleton<JsapiEndpoints>().AddSingleton<AppEndpoints>();
    }

    public static void MapWeChatCashier(this WebApplication app)
    {
        app.Services.GetRequiredService<ScanEndpoints>().Map(app);
        app.Services.GetRequiredService<H5Endpoints>().Map(app);
        app.Services.GetRequiredService<JsapiEndpoints>().Map(app);
        app.Services.GetRequiredService<AppEndpoints>().Map(app);
    }
}
