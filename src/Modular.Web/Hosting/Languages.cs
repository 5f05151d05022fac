using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace Modular.Web.Hosting;

/// <summary>Chinese first; English for browsers that ask for it, or by the visitor's own choice in a cookie.</summary>
internal static class Languages
{
    public static void AddShopLanguages(this IServiceCollection services)
    {
        services.AddLocalization();
        services.Configure<RequestLocalizationOptions>(options =>
        {
            CultureInfo[] cultures = [new("zh-CN"), new("en")];
            options.DefaultRequestCulture = new RequestCulture(cultures[0]);
            options.SupportedCultures = cultures;
            options.SupportedUICultures = cultures;
            options.RequestCultureProviders =
            [
                new QueryStringRequestCultureProvider { QueryStringKey = "lang", UIQueryStringKey = "lang" },
                new CookieRequestCultureProvider { CookieName = "lang" },
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
    }
}
