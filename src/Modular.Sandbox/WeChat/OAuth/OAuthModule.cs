namespace Modular.Sandbox.WeChat.OAuth;

/// <summary>The web authorisation as one part of WeChat.</summary>
internal static class OAuthModule
{
    public static void AddWeChatOAuth(this IServiceCollection services) =>
        services.AddSingleton<OpenIds>().AddSingleton<CodeTable>().AddSingleton<TokenAnswers>().AddSingleton<OAuthEndpoints>();

    public static void MapWeChatOAuth(this WebApplication app) => app.Services.GetRequiredService<OAuthEndpoints>().Map(app);
}
