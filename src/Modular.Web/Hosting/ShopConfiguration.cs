namespace Modular.Web.Hosting;

/// <summary>Where the shop's configuration comes from; later sources win: appsettings, user secrets, key-per-file, environment, command line.</summary>
internal static partial class ShopConfiguration
{
    public static void AddSources(WebApplicationBuilder builder, string[] args)
    {
        foreach (var folder in new[] { "/run/secrets", Path.Combine(DataFolder(builder.Configuration), "secrets") })
        {
            builder.Configuration.AddKeyPerFile(source =>
            {
                source.Optional = true;
                source.ReloadOnChange = false;
                if (Directory.Exists(folder))
                {
                    source.FileProvider = new Microsoft.Extensions.FileProviders.PhysicalFileProvider(Path.GetFullPath(folder));
                }
            });
        }

        builder.Configuration.AddEnvironmentVariables();
        builder.Configuration.AddCommandLine(args);
    }

    /// <summary>The folder of the embedded database and of key-per-file secrets.</summary>
    public static string DataFolder(IConfiguration configuration) =>
        configuration["Modular:Data"] ?? configuration["MODULAR_DATA"] ?? Path.Combine(AppContext.BaseDirectory, "data");

    /// <summary>Says what is open or missing, once, at start.</summary>
    public static void WarnWhenUnprotected(this IConfiguration configuration, ILogger log)
    {
        if (!configuration.GetSection("Modular:Api:Keys").GetChildren().Any())
        {
            LogNoKeys(log);
        }

        if (!configuration.GetSection("Modular:Ops:Users").GetChildren().Any())
        {
            LogNoOperators(log);
        }

        if (!configuration.GetSection("Modular:Providers").GetChildren().Any())
        {
            LogNoProviders(log);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No Modular:Api:Keys are configured: the JSON API answers 401 to everybody")]
    private static partial void LogNoKeys(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No Modular:Ops:Users are configured: nobody can sign in to the operations pages")]
    private static partial void LogNoOperators(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No Modular:Providers are configured: orders can be placed and not paid")]
    private static partial void LogNoProviders(ILogger log);
}
