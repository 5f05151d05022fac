using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Web;
using Modular.Ordering;
using Modular.Payments;
using Modular.Web.Audit;
using Modular.Web.Health;
using Modular.Web.Jobs;
using Modular.Web.Security;
using Modular.Web.Telemetry;
using Modular.Webhooks;

namespace Modular.Web.Hosting;

/// <summary>Puts the shop together. The same shop runs as a program and inside tests, on a real port.</summary>
public static class Shop
{
    private const string DefaultAddress = "http://127.0.0.1:5080";
    private const long MaxBodyBytes = 256 * 1024;

    /// <summary>Makes the shop without starting it. <paramref name="configure"/> may add configuration and replace services.</summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = Builder(args);
        builder.Services.AddSingleton(TimeProvider.System);
        configure?.Invoke(builder);
        AddServices(builder);

        var app = builder.Build();
        Configure(app);
        return app;
    }

    /// <summary>A builder with the shop's configuration, and nothing else in it yet.</summary>
    internal static WebApplicationBuilder Builder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(Shop).Assembly.GetName().Name,
            // Wherever the program is started from, its settings lie beside it.
            ContentRootPath = AppContext.BaseDirectory,
        });
        ShopConfiguration.AddSources(builder, args);
        return builder;
    }

    /// <summary>What must be done before the first request: the schema, where this node may change it, and the recurring jobs.</summary>
    public static async Task PrepareAsync(this WebApplication app, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(app);
        await app.Services.GetRequiredService<Store>().PrepareAsync(app.Services, cancellationToken);

        // Made now, so that a plugin that cannot be used is named in the log before the first shopper comes.
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new ListProviders(), cancellationToken);
        app.Services.GetRequiredService<IConfiguration>().WarnWhenUnprotected(app.Logger);
        app.ScheduleSweeps();
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        if (string.IsNullOrEmpty(configuration["urls"]) && string.IsNullOrEmpty(configuration["http_ports"]) && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }

        // The modules.
        services.AddKernel().AddOrdering(configuration).AddPayments(configuration).AddWebhooks(configuration);
        services.AddStore(configuration);

        // The web around them.
        services.AddDataProtection().SetApplicationName("Modular").PersistKeysToDbContext<ModularDbContext>();
        services.AddSingleton<OrderAccess>();
        services.AddRazorPages().AddApplicationPart(typeof(OrderingModule).Assembly).AddApplicationPart(typeof(PaymentsModule).Assembly).WithRazorPagesRoot("/");
        services.AddShopLanguages();
        services.AddShopSecurity(configuration);
        services.AddProblemDetails();
        services.AddOpenApi("v1", options => options.AddDocumentTransformer<BearerKeyTransformer>());
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddSweeps(configuration);
        services.AddShopHealth();
        services.AddShopAudit();
        builder.AddShopTelemetry();
    }

    // Before anything begins to read the body, because from then on the server tears the connection instead of answering.
    private static Task RefuseLargeBodies(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentLength is null or <= MaxBodyBytes)
        {
            return next(context);
        }

        Bodies.LetTheRestPass(context);
        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        return Task.CompletedTask;
    }

    // As the server refuses U+0000 in paths and forms: no row of PostgreSQL can hold it or be compared with it. What comes from
    // providers is kept as it came and judged by their plugins.
    private static Task RefuseUnstorable(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.QueryString.Value!.Contains("%00", StringComparison.Ordinal) || context.Request.Path.StartsWithSegments("/payments"))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }

    private static void Configure(WebApplication app)
    {
        app.UseTrustedProxies();
        app.UseExceptionHandler("/error");
        app.UseApiStatusProblems();
        app.UseSecurityHeaders();
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = StaticFiles.Provider,
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "public, max-age=3600",
        });
        app.Use(RefuseLargeBodies);
        app.Use(RefuseUnstorable);
        app.UseRequestLocalization();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.UseDashboardTrail();

        var api = app.MapGroup("/api").RequireAuthorization(ApiKeys.Policy).DisableAntiforgery().AddEndpointFilter<RouteGroupBuilder, ApiErrors>();
        api.MapOrderingApi();
        api.MapPaymentsApi();
        api.MapWebhooksApi();
        app.MapGateways();
        app.MapOrderingPages();
        app.MapRazorPages();
        app.MapLanguages();
        app.MapSweepDashboard();
        app.MapShopHealth();
        app.MapOpenApi("/openapi/{documentName}.json");
    }

    /// <summary>The address on which the shop listens; once it is started.</summary>
    public static Uri Address(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return new Uri(app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }
}
