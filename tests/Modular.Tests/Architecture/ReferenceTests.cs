using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using MediatR;
using Modular.Kernel.Data;
using Modular.Ordering;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Testing.Hosting;
using Modular.Web.Hosting;
using Modular.Webhooks;

namespace Modular.Tests.Architecture;

/// <summary>Who may know whom.</summary>
public sealed class ReferenceTests
{
    private static readonly Assembly Contract = typeof(IPaymentPlugin).Assembly;
    private static readonly Assembly Kernel = typeof(ModularDbContext).Assembly;
    private static readonly Assembly[] Modules = [typeof(OrderingModule).Assembly, typeof(PaymentsModule).Assembly, typeof(WebhooksModule).Assembly];
    private static readonly Assembly Web = typeof(Shop).Assembly;

    [Fact]
    public void The_contract_knows_the_base_class_library_alone() => Assert.All(References(Contract), AssertBaseClassLibrary);

    [Fact]
    public void P02_P06_a_plugin_knows_the_contract_and_the_base_class_library_alone_and_brings_no_copy_of_the_contract()
    {
        var plugins = Directory.GetDirectories(TestShop.PluginFolder);
        Assert.NotEmpty(plugins);
        foreach (var folder in plugins)
        {
            var name = Path.GetFileName(folder);
            using var file = new PEReader(File.OpenRead(Path.Combine(folder, name + ".dll")));
            var metadata = file.GetMetadataReader();
            var references = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToArray();
            Assert.NotEmpty(references);
            Assert.All(references.Where(reference => reference != Contract.GetName().Name), AssertBaseClassLibrary);
            Assert.False(File.Exists(Path.Combine(folder, Contract.GetName().Name + ".dll")));
        }
    }

    [Fact]
    public void No_module_knows_another_and_the_kernel_knows_none()
    {
        var names = Modules.Select(module => module.GetName().Name!).ToArray();
        foreach (var module in Modules)
        {
            Assert.Empty(References(module).Intersect(names));
        }

        Assert.Empty(References(Kernel).Intersect(names.Append(Web.GetName().Name!)));
    }

    [Fact]
    public void P15_the_shop_does_not_know_the_sandbox_or_anything_of_the_tests()
    {
        foreach (var assembly in Modules.Append(Kernel).Append(Web).Append(Contract))
        {
            Assert.DoesNotContain(References(assembly), name => name.Contains("Sandbox", StringComparison.Ordinal) || name.Contains("Test", StringComparison.Ordinal) || name.Contains("xunit", StringComparison.OrdinalIgnoreCase));
        }

        // The sandbox shares no code with what it checks.
        Assert.DoesNotContain(References(typeof(Sandbox.SandboxApp).Assembly), name => name.StartsWith("Modular", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_handler_and_behaviour_is_internal_and_sealed()
    {
        var handlers = Modules.Append(Kernel).SelectMany(assembly => assembly.GetTypes()).Where(type => type is { IsClass: true, IsAbstract: false } && type.GetInterfaces().Any(IsHandler)).ToArray();
        Assert.True(handlers.Length > 10);
        Assert.All(handlers, handler => Assert.True(handler.IsSealed && !handler.IsVisible, handler.FullName));
    }

    [Fact]
    public void P08_jobs_take_nothing_that_a_job_s_record_could_carry()
    {
        var jobs = Web.GetTypes().Where(type => type.Name == "Sweeps").SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)).ToArray();
        Type[] harmless = [typeof(CancellationToken), typeof(long), typeof(string)];
        Assert.NotEmpty(jobs);
        Assert.All(jobs, job => Assert.All(job.GetParameters(), parameter => Assert.Contains(parameter.ParameterType, harmless)));
    }

    private static bool IsHandler(Type type) => type.IsGenericType
        && (type.GetGenericTypeDefinition() == typeof(IRequestHandler<,>) || type.GetGenericTypeDefinition() == typeof(INotificationHandler<>) || type.GetGenericTypeDefinition() == typeof(IPipelineBehavior<,>));

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(reference => reference.Name!);

    private static void AssertBaseClassLibrary(string name) => Assert.True(
        name is "mscorlib" or "netstandard" || (name.StartsWith("System.", StringComparison.Ordinal) && File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"))),
        name);
}
