using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.WebEncoders;

namespace Modular.Web.Hosting;

/// <summary>Chinese first; English for browsers that ask for it, or by the visitor's own choice in a cookie.</summary>
internal static class Languages
{
    private const string Cookie = "lang";

    private static readonly CultureInfo[] Cultures = [new("zh-CN"), new("en")];

    public static void AddShopLanguages(this IServiceCollection services)
    {
        services.AddLocalization();
        // Chinese is written as it is; what HTML gives a meaning to is escaped all the same.
        services.Configure<WebEncoderOptions>(options => options.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.Configure<RequestLocalizationOptions>(options =>
        {
            options.DefaultRequestCulture = new RequestCulture(Cultures[0]);
            options.SupportedCultures = Cultures;
            options.SupportedUICultures = Cultures;
            options.RequestCultureProviders =
            [
                new QueryStringRequestCultureProvider { QueryStringKey = "lang", UIQueryStringKey = "lang" },
                new CookieRequestCultureProvider { CookieName = Cookie },
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
    }

    /// <summary>Maps the address that remembers a visitor's choice.</summary>
    public static void MapLanguages(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/language/{language}", Choose).AllowAnonymous().ExcludeFromDescription();

    /// <summary>The link that shows the present page in another language from now on.</summary>
    public static string SwitchUrl(HttpRequest request, string language)
    {
        // The capability in ?key= has become a cookie by now and need not travel again; ?lang= would outvote the cookie.
        var kept = new QueryBuilder(request.Query.Where(pair => pair.Key is not ("lang" or "key")));
        return $"/language/{language}?back={Uri.EscapeDataString(request.PathBase + request.Path + kept.ToQueryString())}";
    }

    // A link and no form: to be led here by a stranger costs a visitor one click.
    private static IResult Choose(string language, string? back, HttpContext context)
    {
        if (Cultures.FirstOrDefault(culture => culture.Name == language) is not { } chosen)
        {
            return Results.NotFound();
        }

        context.Response.Cookies.Append(Cookie, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(chosen)), new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = TimeSpan.FromDays(365),
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
        });
        return Results.LocalRedirect(IsLocal(back) ? back! : "/");
    }

    private static bool IsLocal(string? url) =>
        url is ['/', ..] && (url.Length == 1 || url[1] is not ('/' or '\\')) && !url.Any(char.IsControl);
}
