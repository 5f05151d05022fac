using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Ordering;

/// <summary>The catalogue and the orders.</summary>
public static class OrderingModule
{
    public static IServiceCollection AddOrdering(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(_ => new Catalogue(configuration));
        services.AddSingleton(_ => OrderingOptions.From(configuration));
        services.AddSingleton<IModelPart, OrderingModel>();
        services.AddSingleton<OrderWatch>();
        return services.AddSlicesOf(typeof(OrderingModule).Assembly);
    }

    /// <summary>Maps the JSON API below <paramref name="api"/>, which is <c>/api</c> and requires a key.</summary>
    public static void MapOrderingApi(this IEndpointRouteBuilder api) => OrderApi.Map(api);

    /// <summary>Maps what the pages need beside themselves: the live status.</summary>
    public static void MapOrderingPages(this IEndpointRouteBuilder routes) => WatchOrder.Map(routes);
}
