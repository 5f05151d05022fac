using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Providers;

/// <summary>A plugin could not be loaded; the message says which and why.</summary>
internal sealed class PluginLoadException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Loads plugins, each with a load context of its own, from <c>&lt;folder&gt;/&lt;name&gt;/&lt;name&gt;.dll</c>. Only
/// plugins that the configuration names are loaded. Not a security boundary: a plugin runs with the shop's rights.
/// </summary>
internal sealed class PluginLoader(string folder)
{
    private readonly Dictionary<string, IPaymentPlugin> loaded = new(StringComparer.Ordinal);

    /// <exception cref="PluginLoadException">There is no such plugin, or it cannot be used.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a foreign assembly does while loading is reported and leaves the host running.")]
    public IPaymentPlugin Load(string name)
    {
        if (loaded.TryGetValue(name, out var plugin))
        {
            return plugin;
        }

        if (name.Length is 0 or > 128 || name.Contains("..", StringComparison.Ordinal) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            throw new PluginLoadException("Plugin must be the plugin's assembly name, for example Modular.Payments.Alipay.");
        }

        var path = Path.GetFullPath(Path.Combine(folder, name, name + ".dll"));
        if (!File.Exists(path))
        {
            throw new PluginLoadException($"The plugin {name} is not installed: there is no {name}/{name}.dll in the plugin folder.");
        }

        try
        {
            plugin = Instantiate(new PluginLoadContext(path).LoadFromAssemblyPath(path));
        }
        catch (Exception e) when (e is not PluginLoadException)
        {
            throw new PluginLoadException($"The plugin {name} could not be loaded ({e.GetType().Name}): {e.GetBaseException().Message}", e);
        }

        loaded.Add(name, plugin);
        return plugin;
    }

    private static IPaymentPlugin Instantiate(Assembly assembly)
    {
        var types = assembly.GetExportedTypes().Where(type => type.IsClass && !type.IsAbstract && typeof(IPaymentPlugin).IsAssignableFrom(type)).ToArray();
        return types.Length == 1
            ? (IPaymentPlugin)Activator.CreateInstance(types[0])!
            : throw new PluginLoadException($"The plugin {assembly.GetName().Name} has {types.Length} public classes that implement IPaymentPlugin; it needs exactly one.");
    }

    /// <summary>Shares the contract and the framework with the host and takes everything else from the plugin's folder.</summary>
    private sealed class PluginLoadContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
    {
        private static readonly string Contract = typeof(IPaymentPlugin).Assembly.GetName().Name!;

        private readonly AssemblyDependencyResolver resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            // A plugin that brings a copy of the contract must still get the host's, or its types would be strangers here.
            if (assemblyName.Name == Contract)
            {
                return typeof(IPaymentPlugin).Assembly;
            }

            return resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null;
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : nint.Zero;
    }
}
