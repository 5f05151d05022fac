using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Modular.Kernel.Telemetry;
using Modular.Payments.Abstractions;
using Modular.Payments.Calls;

namespace Modular.Payments.Providers;

/// <summary>
/// The provider instances of <c>Modular:Providers</c>, made once at start. An instance that cannot be made is kept as out
/// of service with the reason; the others run on. Immutable and thread-safe.
/// </summary>
internal sealed partial class ProviderCatalogue
{
    private readonly Dictionary<string, ProviderInstance> byName;

    public ProviderCatalogue(IConfiguration configuration, PaymentsOptions options, TimeProvider time, ILogger<ProviderCatalogue> log, ShopMeter? meter = null, CallLog? calls = null)
    {
        var loader = new PluginLoader(configuration["Modular:Plugins:Path"] is { Length: > 0 } path ? path : Path.Combine(AppContext.BaseDirectory, "plugins"));
        Configured = [.. configuration.GetSection("Modular:Providers").GetChildren().Select(section => ConfiguredPlugin.Read(section, loader))];
        Instances = [.. Configured.Select(configured => Make(configured, options, time, meter, calls))];
        byName = Instances.ToDictionary(instance => instance.Name, StringComparer.Ordinal);
        foreach (var instance in Instances)
        {
            if (instance.InService)
            {
                LogInService(log, instance.Name, instance.Plugin);
            }
            else
            {
                LogOutOfService(log, instance.Name, instance.Plugin, instance.Problem!);
            }
        }
    }

    public IReadOnlyList<ProviderInstance> Instances { get; }

    /// <summary>The same instances as they are configured, whether or not they could be made.</summary>
    public IReadOnlyList<ConfiguredPlugin> Configured { get; }

    public ProviderInstance? Find(string? name) => name is null ? null : byName.GetValueOrDefault(name);

    /// <summary>Makes the provider of an instance, whatever the shop's own address may be.</summary>
    /// <exception cref="ProviderSettingsException">A setting is missing or wrong, or the plugin is.</exception>
    public static IPaymentProvider Create(ConfiguredPlugin configured, HttpClient http, TimeProvider time)
    {
        var (name, plugin) = (configured.Name, configured.PluginName);
        if (name.Length > 32 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new ProviderSettingsException("The instance's name may have 32 letters, digits, hyphens and underscores at most, because it stands in addresses.");
        }

        if (plugin.Length == 0)
        {
            throw new ProviderSettingsException("Plugin is missing: name the plugin's assembly, for example Modular.Payments.Alipay.");
        }

        var loaded = configured.Plugin ?? throw new ProviderSettingsException(configured.Problem!);
        return loaded.Create(new ProviderContext(name, configured.Settings, http, time) { HttpWith = ProviderHttp.CreateWith }) ?? throw new ProviderSettingsException("The plugin made no provider.");
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A plugin's failure takes its own instance out of service and nothing else.")]
    private static ProviderInstance Make(ConfiguredPlugin configured, PaymentsOptions options, TimeProvider time, ShopMeter? meter, CallLog? calls)
    {
        var (name, plugin) = (configured.Name, configured.PluginName);
        try
        {
            if (options.PublicUrlProblem is { } problem)
            {
                throw new ProviderSettingsException(problem);
            }

            var provider = Create(configured, ProviderHttp.Create(), time);
            return new ProviderInstance(name, plugin, configured.Plugin!, provider) { Meter = meter, Calls = calls };
        }
        catch (ProviderSettingsException e)
        {
            return ProviderInstance.OutOfService(name, plugin, e.Message);
        }
        catch (Exception e)
        {
            // A foreign exception's message might quote a setting; its type cannot.
            return ProviderInstance.OutOfService(name, plugin, $"The plugin failed while it was configured ({e.GetType().Name}).");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Provider instance {Instance} ({Plugin}) is in service")]
    private static partial void LogInService(ILogger log, string instance, string plugin);

    [LoggerMessage(Level = LogLevel.Error, Message = "Provider instance {Instance} ({Plugin}) is out of service: {Problem}")]
    private static partial void LogOutOfService(ILogger log, string instance, string plugin, string problem);
}

/// <summary>One instance as the configuration describes it.</summary>
/// <param name="Name">The instance's name.</param>
/// <param name="PluginName">The plugin's assembly name as configured; may be empty.</param>
/// <param name="Plugin">The loaded plugin; null when it could not be loaded, see <paramref name="Problem"/>.</param>
/// <param name="Settings">The plugin's settings.</param>
/// <param name="Problem">Why the plugin is not loaded, as a sentence.</param>
internal sealed record ConfiguredPlugin(string Name, string PluginName, IPaymentPlugin? Plugin, ProviderSettings Settings, string? Problem)
{
    public static ConfiguredPlugin Read(IConfigurationSection section, PluginLoader loader)
    {
        var name = section["Plugin"] ?? "";
        var settings = new ProviderSettings(section.AsEnumerable(makePathsRelative: true).Where(pair => pair.Key.Length > 0 && pair.Key != "Plugin"));
        try
        {
            return new ConfiguredPlugin(section.Key, name, loader.Load(name), settings, null);
        }
        catch (PluginLoadException e)
        {
            return new ConfiguredPlugin(section.Key, name, null, settings, e.Message);
        }
    }
}

/// <summary>Makes the client through which an instance talks to its provider.</summary>
internal static class ProviderHttp
{
    // Answers of payment calls are a few kilobytes; the default limit is two gigabytes.
    private const int MaxAnswerBytes = 1024 * 1024;

    /// <param name="around">Wraps the handler, to watch what is answered.</param>
    public static HttpClient Create(Func<HttpMessageHandler, HttpMessageHandler>? around = null) => Create(new SslClientAuthenticationOptions(), around);

    /// <summary>A client that shows a certificate to whoever asks for one.</summary>
    public static HttpClient CreateWith(X509Certificate2 certificate) => Create(new SslClientAuthenticationOptions
    {
        ClientCertificates = [certificate],
        LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate,
    });

    private static HttpClient Create(SslClientAuthenticationOptions ssl, Func<HttpMessageHandler, HttpMessageHandler>? around = null)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = ssl,
            // A redirect of a signed call is an error or an attack, and cookies would join payments that have nothing in common.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        };
        return new HttpClient(around?.Invoke(handler) ?? handler)
        {
            MaxResponseContentBufferSize = MaxAnswerBytes,
            // Each call brings a token that ends it in time.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }
}
