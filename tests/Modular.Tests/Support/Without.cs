using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Modular.Tests.Support;

/// <summary>Leaves out what works by itself, so that a test can see what the shop says when it stands still.</summary>
internal sealed class Without(string assemblyPrefix) : IServiceProviderFactory<IServiceCollection>
{
    private readonly DefaultServiceProviderFactory factory = new();

    public static Action<WebApplicationBuilder> HostedServicesOf(string assemblyPrefix) => builder => builder.Host.UseServiceProviderFactory(new Without(assemblyPrefix));

    public IServiceCollection CreateBuilder(IServiceCollection services)
    {
        var found = services.Where(service => service.ServiceType == typeof(IHostedService) && MakerOf(service).StartsWith(assemblyPrefix, StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(found);
        foreach (var service in found)
        {
            services.Remove(service);
        }

        return factory.CreateBuilder(services);
    }

    public IServiceProvider CreateServiceProvider(IServiceCollection containerBuilder) => factory.CreateServiceProvider(containerBuilder);

    private static string MakerOf(ServiceDescriptor service) =>
        (service.ImplementationType ?? service.ImplementationFactory?.Method.DeclaringType)?.Assembly.GetName().Name ?? "";
}
