using System.Text.Json;
using MediatR;

namespace Modular.Kernel.Pipeline;

/// <summary>
/// The use case through which the work under way came in, so that a record of what was done can say what it was done for. It follows the
/// work through awaits and tasks. Thread-safe.
/// </summary>
public static class EntryPoint
{
    private static readonly AsyncLocal<string?> Current = new();

    /// <summary>The outermost slice's name in snake case, for example <c>confirm_payments</c>; null outside of any.</summary>
    public static string? Name => Current.Value;

    /// <summary>What the current flow of work is called from here on; the caller's flow keeps its own name.</summary>
    internal static void Enter(Type request) => Current.Value = JsonNamingPolicy.SnakeCaseLower.ConvertName((request.DeclaringType ?? request).Name);
}

/// <summary>Names the outermost slice.</summary>
internal sealed class EntryPointBehaviour<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        if (EntryPoint.Name is null)
        {
            EntryPoint.Enter(typeof(TRequest));
        }

        return await next();
    }
}
