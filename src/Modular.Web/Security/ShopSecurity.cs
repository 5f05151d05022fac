using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.HttpOverrides;

namespace Modular.Web.Security;

/// <summary>Who may do what, and what every answer says to browsers.</summary>
internal static class ShopSecurity
{
    /// <summary>Signed-in operators of any role.</summary>
    public const string OpsPolicy = "ops";

    public const string LoginLimit = "login";

    public static void AddShopSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(_ => new Operators(configuration));
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(options =>
            {
                options.Cookie.Name = "modular-ops";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.LoginPath = "/ops/login";
                options.AccessDeniedPath = "/ops/login";
                options.ExpireTimeSpan = TimeSpan.FromHours(8);
                options.SlidingExpiration = true;
                options.Events.OnValidatePrincipal = DropRemovedOperatorsAsync;
            })
            .AddScheme<AuthenticationSchemeOptions, ApiKeys>(ApiKeys.Scheme_, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(OpsPolicy, policy => policy.RequireRole(Operators.Viewer, Operators.Operator))
            .AddPolicy(ApiKeys.Policy, policy => policy.AddAuthenticationSchemes(ApiKeys.Scheme_).RequireAuthenticatedUser());
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "modular-form";
            // A strict cookie stays away when the browser comes back from the cashier; the new one that it would be given
            // then makes the forms of the pages that are still open invalid.
            options.Cookie.SameSite = SameSiteMode.Lax;
        });
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddPolicy(LoginLimit, context => HttpMethods.IsPost(context.Request.Method)
                ? RateLimitPartition.GetFixedWindowLimiter(
                    context.Connection.RemoteIpAddress?.ToString() ?? "",
                    _ => new FixedWindowRateLimiterOptions { PermitLimit = 10, Window = TimeSpan.FromMinutes(1) })
                : RateLimitPartition.GetNoLimiter(""));
        });
    }

    /// <summary>Believes forwarding headers only from <c>Modular:TrustedProxies</c> (addresses or networks in CIDR form).</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        var proxies = app.Configuration.GetSection("Modular:TrustedProxies").GetChildren().Select(child => child.Value!).ToArray();
        if (proxies.Length == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = 2 };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var proxy in proxies)
        {
            options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(
                proxy.Contains('/', StringComparison.Ordinal)
                    ? proxy
                    : string.Create(CultureInfo.InvariantCulture, $"{proxy}/{(IPAddress.Parse(proxy).GetAddressBytes().Length * 8)}")));
        }

        app.UseForwardedHeaders(options);
    }

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // The H5 cashier refuses visitors without a referer, so the origin is sent along.
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers.ContentSecurityPolicy = ContentSecurity(context.Request.Path);
        return next(context);
    });

    private static string ContentSecurity(PathString path)
    {
        // A payment form goes to the provider's gateway, which redirects to a cashier on yet another host; so does a refund's form.
        var formTargets = path.StartsWithSegments("/pay") || path.StartsWithSegments("/ops/refunds") ? "'self' https: http://127.0.0.1:* http://localhost:*" : "'self'";
        // Hangfire's dashboard sets styles from its script.
        var styles = path.StartsWithSegments("/hangfire") ? "'self' 'unsafe-inline'" : "'self'";
        return $"default-src 'self'; img-src 'self' data:; style-src {styles}; form-action {formTargets}; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
    }

    private static async Task DropRemovedOperatorsAsync(CookieValidatePrincipalContext context)
    {
        if (!context.HttpContext.RequestServices.GetRequiredService<Operators>().IsCurrent(context.Principal!))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync();
        }
    }
}
