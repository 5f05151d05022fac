using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Modular.Tests.Support;

/// <summary>Changes options that no configuration can change, so that a test need not wait as long as a real receiver may.</summary>
internal sealed class Replaced<T>(Func<T, T> change) : IServiceProviderFactory<IServiceCollection>
    where T : class
{
    private readonly DefaultServiceProviderFactory factory = new();

    public static Action<WebApplicationBuilder> By(Func<T, T> change) => builder => builder.Host.UseServiceProviderFactory(new Replaced<T>(change));

    public IServiceCollection CreateBuilder(IServiceCollection services)
    {
        var own = services.Single(service => service.ServiceType == typeof(T)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton(provider => change((T)own(provider))));
        return factory.CreateBuilder(services);
    }

    public IServiceProvider CreateServiceProvider(IServiceCollection containerBuilder) => factory.CreateServiceProvider(containerBuilder);
}
