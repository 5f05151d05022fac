using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Modular.Testing.Hosting;

namespace Modular.Tests.Architecture;

/// <summary>Every address of the shop, as the running shop lists them.</summary>
public sealed class EndpointTests(Shops shops)
{
    private const string Notify = "/payments/{instance}/notify";

    // These answer every method alike and change nothing.
    private const string Health = "/health/ready";
    private const string Error = "/error";

    [Fact]
    public async Task W03_whatever_can_change_something_asks_for_a_right_or_a_token_but_the_notify_route()
    {
        var open = (await EndpointsAsync()).Where(endpoint => TakesMoreThanGet(endpoint) && !IsAuthorized(endpoint) && !AsksForToken(endpoint)).Select(Path);

        Assert.Equal([Error, Health, Notify], open.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task W01_everything_below_api_hangfire_and_ops_asks_for_a_right_but_the_login()
    {
        var guarded = (await EndpointsAsync()).Where(endpoint => Path(endpoint) is var path
            && (path.StartsWith("/api", StringComparison.Ordinal) || path.StartsWith("/hangfire", StringComparison.Ordinal) || (path.StartsWith("/ops", StringComparison.Ordinal) && path != "/ops/login"))).ToArray();

        Assert.True(guarded.Length > 5);
        Assert.All(guarded, endpoint => Assert.True(IsAuthorized(endpoint), Path(endpoint)));
    }

    private static bool TakesMoreThanGet(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is not { Count: > 0 } methods || methods.Any(method => method is not ("GET" or "HEAD"));

    private static bool IsAuthorized(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null;

    /// <summary>Razor pages ask for the token by themselves unless they are told not to.</summary>
    private static bool AsksForToken(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IgnoreAntiforgeryTokenAttribute>() is null
        && (endpoint.Metadata.GetMetadata<IAntiforgeryMetadata>() is { RequiresValidation: true }
            || (endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null && endpoint.Metadata.GetMetadata<IAntiforgeryMetadata>() is not { RequiresValidation: false }));

    private static string Path(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    private async Task<IEnumerable<RouteEndpoint>> EndpointsAsync() =>
        (await shops.OnAsync(Stores.PostgreSql)).Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();
}
