using System.Text;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Modular.Sandbox.Alipay;
using Modular.Sandbox.AlipayDirect;
using Modular.Sandbox.Control;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;
using Modular.Sandbox.Pages;
using Modular.Sandbox.WeChat;
using Modular.Sandbox.WeChat.V2;

namespace Modular.Sandbox;

/// <summary>Builds the sandbox, for its own process and for a test that hosts it inside its own.</summary>
public static class SandboxApp
{
    private const string DefaultAddress = "http://127.0.0.1:5090";

    /// <summary>
    /// The program, ready to start. <paramref name="configure"/> runs before the defaults are filled in, so what it sets
    /// (addresses, configuration, a <see cref="TimeProvider"/>) wins.
    /// </summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // GBK, which half of the merchants of this protocol still speak, is not among the built-in encodings.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

        // The empty builder reads no appsettings.json: hosted inside a test, that file would be another program's.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables()
            .AddCommandLine(args, new Dictionary<string, string> { ["--data"] = "Sandbox:Data" });
        configure?.Invoke(builder);
        AddStoredConfiguration(builder.Configuration);

        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseMutualTls(builder.Configuration);
        if (string.IsNullOrEmpty(builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey)))
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }

        RegisterServices(builder);
        var app = builder.Build();
        MapEndpoints(app);
        return app;
    }

    /// <summary>What <c>init</c> wrote is the weakest source: the environment and the command line go before it.</summary>
    private static void AddStoredConfiguration(ConfigurationManager configuration)
    {
        if (configuration["Sandbox:Data"] is { Length: > 0 } data)
        {
            var source = new JsonConfigurationSource { Path = Path.GetFullPath(Path.Combine(data, "sandbox.json")), Optional = true };
            source.ResolveFileProvider();
            configuration.Sources.Insert(0, source);
        }
    }

    private static void RegisterServices(WebApplicationBuilder builder)
    {
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.AddRouting();
        builder.Services.Configure<SandboxOptions>(builder.Configuration.GetSection("Sandbox"));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<PublicAddress>();
        builder.Services.AddSingleton<FaultBoard>().AddSingleton<FaultyGateway>();
        builder.Services.AddSingleton<PostBox>().AddSingleton<Doorbell>().AddSingleton<Courier>();
        builder.Services.AddAlipay();
        builder.Services.AddAlipayDirect();
        builder.Services.AddWeChat();
        builder.Services.AddControl();
    }

    private static void MapEndpoints(WebApplication app)
    {
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use((context, next) =>
        {
            // The header that merchants hold their clocks against is of the sandbox's clock, as everything else that it says of time.
            context.Response.GetTypedHeaders().Date = time.GetUtcNow();
            return next(context);
        });
        app.MapStylesheet();
        app.MapAlipay();
        app.MapAlipayDirect();
        app.MapWeChat();
        app.MapControl();
    }
}
