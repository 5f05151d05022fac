using MediatR;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Payments.Abstractions;
using Modular.Payments.Calls;
using Modular.Payments.Ledger;
using Modular.Payments.Providers;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>A provider instance as pages and operators may see it.</summary>
/// <param name="Problem">Why it is out of service; null when it is in service.</param>
/// <param name="Wallet">The app in which its shoppers pay.</param>
/// <param name="WebScenes">The scenes that a web page can start without help: all but the app's, and those that need the payer's id only where the browser can be sent to be identified.</param>
public sealed record ProviderView(
    string Name, string Plugin, string DisplayName, IReadOnlyList<string> Scenes, string? Problem, Wallet Wallet, IReadOnlyList<PaymentScene> WebScenes);

/// <summary>Lists the configured provider instances in the configuration's order.</summary>
public sealed record ListProviders : IRequest<IReadOnlyList<ProviderView>>;

internal sealed class ListProvidersHandler(ProviderCatalogue providers) : RequestHandler<ListProviders, IReadOnlyList<ProviderView>>
{
    protected override IReadOnlyList<ProviderView> Handle(ListProviders request) =>
    [
        .. providers.Instances.Select(instance => new ProviderView(
            instance.Name, instance.Plugin, instance.DisplayName, [.. instance.Scenes.Select(scene => scene.ToText())], instance.Problem, instance.Wallet,
            [.. instance.Scenes.Where(scene => scene != PaymentScene.App && (!instance.NeedsPayer(scene) || instance.IdentifiesPayers))])),
    ];
}

internal sealed class NameProvidersHandler(ProviderCatalogue providers) : RequestHandler<NameProviders, IReadOnlyDictionary<string, string>>
{
    protected override IReadOnlyDictionary<string, string> Handle(NameProviders request) =>
        providers.Instances.ToDictionary(instance => instance.Name, instance => instance.DisplayName);
}

/// <summary>Payments: the attempts, their settlement, and the providers behind them.</summary>
public static class PaymentsModule
{
    public static IServiceCollection AddPayments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(_ => PaymentsOptions.From(configuration));
        services.AddSingleton(_ => RefundOptions.From(configuration));
        services.AddSingleton<CallLog>();
        services.AddHostedService(provider => provider.GetRequiredService<CallLog>());
        services.AddSingleton<ProviderCatalogue>();
        services.AddSingleton<InboxRecorder>();
        services.AddSingleton(provider => new SignatureDoctor(provider.GetRequiredService<ProviderCatalogue>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RefusalDoctor>();
        services.AddSingleton(provider => new PreflightRunner(
            provider.GetRequiredService<ProviderCatalogue>(), provider.GetRequiredService<PaymentsOptions>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ProviderInquiry>();
        services.AddSingleton<SettlementQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<SettlementQueue>());
        services.AddScoped<SettlementDoor>();
        services.AddScoped<RefundDoor>();
        services.AddScoped<RefundSender>();
        services.AddSingleton(new ReconciliationOptions());
        services.AddSingleton<FirstPayments>();
        services.AddScoped<StatementRepair>();
        services.AddScoped<AttemptEnder>();
        services.AddScoped<PaymentStarter>();
        services.AddScoped<HintedQuery>();
        services.AddSingleton<ReturnPace>();
        services.AddSingleton<PayerSession>();
        services.AddSingleton<IModelPart, PaymentModel>();
        services.AddSingleton<IModelPart, InboxModel>();
        services.AddSingleton<IModelPart, RefundModel>();
        services.AddSingleton<IModelPart, CallModel>();
        services.AddSingleton<IModelPart, LedgerModel>();
        services.AddSingleton<IModelPart, ReconciliationModel>();
        foreach (var rule in PaymentAudit.Rules)
        {
            services.AddSingleton(rule);
        }

        return services.AddSlicesOf(typeof(PaymentsModule).Assembly);
    }

    /// <summary>Maps the JSON API below <paramref name="api"/>, which is <c>/api</c> and requires a key.</summary>
    public static void MapPaymentsApi(this IEndpointRouteBuilder api)
    {
        PaymentApi.Map(api);
        RefundApi.Map(api);
        ReconciliationApi.Map(api);
        DiagnosesApi.Map(api);
    }

    /// <summary>Maps the addresses that providers and returning browsers call.</summary>
    public static void MapGateways(this IEndpointRouteBuilder routes) => GatewayEndpoints.Map(routes);
}
