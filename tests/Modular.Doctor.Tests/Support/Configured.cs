using Microsoft.Extensions.Configuration;
using Modular.Payments;
using Modular.Testing;

namespace Modular.Doctor.Tests.Support;

/// <summary>The doctor as the shop and the command use it: with the plugins from their folder and settings from a configuration.</summary>
internal static class Configured
{
    public static SignatureDoctor Doctor(TimeProvider time, params (string Instance, string Plugin, IReadOnlyDictionary<string, string?> Settings)[] instances)
    {
        var values = new Dictionary<string, string?>
        {
            ["Modular:Plugins:Path"] = Path.Combine(
                Repository.PathOf("artifacts", "bin", "Modular.Web"), new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name, "plugins"),
        };
        foreach (var (instance, plugin, settings) in instances)
        {
            values[$"Modular:Providers:{instance}:Plugin"] = plugin;
            foreach (var (name, value) in settings)
            {
                values[$"Modular:Providers:{instance}:{name}"] = value;
            }
        }

        return SignatureDoctor.Offline(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), time);
    }
}
