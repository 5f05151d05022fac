using System.Reflection;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Modular.Kernel.Audit;
using Modular.Kernel.Data;
using Modular.Kernel.Idempotency;
using Modular.Kernel.Outbox;
using Modular.Kernel.Pipeline;
using Modular.Kernel.Telemetry;

namespace Modular.Kernel;

/// <summary>Registers what all modules share, and scans each module for its slices.</summary>
public static class KernelModule
{
    public static IServiceCollection AddKernel(this IServiceCollection services)
    {
        services.AddTransient<ServiceFactory>(provider => provider.GetRequiredService);
        services.AddTransient<IMediator, Mediator>();
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(EntryPointBehaviour<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(ValidationBehaviour<,>));
        services.AddMetrics();
        services.AddSingleton<ShopMeter>();
        services.AddSingleton<IModelPart, OutboxModel>();
        services.AddSingleton<IModelPart, IdempotencyModel>();
        services.AddSingleton<IModelPart, AuditTrailModel>();
        return services.AddSlicesOf(typeof(KernelModule).Assembly);
    }

    /// <summary>Registers every handler, validator and model part of a module. Slices are internal; the scan sees them all the same.</summary>
    public static IServiceCollection AddSlicesOf(this IServiceCollection services, Assembly module) =>
        services.Scan(scan => scan.FromAssemblies(module)
            .AddClasses(classes => classes.AssignableToAny(
                typeof(IRequestHandler<,>), typeof(INotificationHandler<>), typeof(IValidator<>)), publicOnly: false)
            .AsImplementedInterfaces(type => type.IsGenericType
                && (type.GetGenericTypeDefinition() == typeof(IRequestHandler<,>)
                    || type.GetGenericTypeDefinition() == typeof(INotificationHandler<>)
                    || type.GetGenericTypeDefinition() == typeof(IValidator<>)))
            .WithTransientLifetime());
}
