using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Modular.Payments;

namespace Modular.Testing.Hosting;

/// <summary>
/// Sets the time that a shop gives its providers: long where they answer, so that a machine that is busy fails no test, and short in a test of
/// a silent one, which need not wait for it.
/// </summary>
public sealed class Patience(TimeSpan budget) : IServiceProviderFactory<IServiceCollection>
{
    private readonly DefaultServiceProviderFactory factory = new();

    public static Action<WebApplicationBuilder> Of(TimeSpan budget) => builder => builder.Host.UseServiceProviderFactory(new Patience(budget));

    public IServiceCollection CreateBuilder(IServiceCollection services)
    {
        var own = services.Single(service => service.ServiceType == typeof(PaymentsOptions)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton(provider =>
            (PaymentsOptions)own(provider) with { CallBudget = budget, ReturnBudget = budget, NotifyBudget = budget, ExplanationBudget = budget }));
        return factory.CreateBuilder(services);
    }

    public IServiceProvider CreateServiceProvider(IServiceCollection containerBuilder) => factory.CreateServiceProvider(containerBuilder);
}
