using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Webhooks;

/// <summary>Outgoing webhooks: tells the merchant's other systems what happened, signed, until they say that they have heard it.</summary>
public static class WebhooksModule
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(_ => WebhookOptions.From(configuration));
        services.AddSingleton(provider => new WebhookEndpoints(configuration, provider.GetRequiredService<ILogger<WebhookEndpoints>>()));
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<DeliveryLanes>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryLanes>());
        services.AddSingleton<IModelPart, WebhookModel>();
        return services.AddSlicesOf(typeof(WebhooksModule).Assembly);
    }

    /// <summary>Maps the JSON API below <paramref name="api"/>, which is <c>/api</c> and requires a key.</summary>
    public static void MapWebhooksApi(this IEndpointRouteBuilder api) => DeliveryApi.Map(api);
}
