using MediatR;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Kernel.Data;

namespace Modular.Webhooks;

/// <summary>Pauses or resumes an endpoint. While it is paused its deliveries wait; none is lost before its retention is over.</summary>
public static partial class PauseEndpoint
{
    /// <param name="Endpoint">The name below <c>Modular:Webhooks</c>.</param>
    /// <param name="Operator">Who asks for it.</param>
    /// <param name="Pause">False resumes it.</param>
    public sealed record Command(string Endpoint, string Operator, bool Pause) : IRequest<Outcome>;

    public enum Outcome
    {
        /// <summary>No such endpoint is configured.</summary>
        NotFound,
        Paused,
        Resumed,
    }

    internal sealed partial class Handler(ModularDbContext db, WebhookEndpoints endpoints, TimeProvider time, ILogger<Handler> log) : IRequestHandler<Command, Outcome>
    {
        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            if (endpoints.Find(command.Endpoint) is not { } endpoint)
            {
                return Outcome.NotFound;
            }

            var changed = await db.ExecuteSqlAsync(
                command.Pause
                    ? """
                      INSERT INTO webhooks_endpoints (name, paused_at, paused_by) VALUES (@name, @now, @by)
                      ON CONFLICT (name) DO UPDATE SET paused_at = excluded.paused_at, paused_by = excluded.paused_by WHERE webhooks_endpoints.paused_at IS NULL
                      """
                    : "UPDATE webhooks_endpoints SET paused_at = NULL, paused_by = NULL WHERE name = @name AND paused_at IS NOT NULL",
                command.Pause
                    ? [("name", endpoint.Name), ("now", db.Dialect.TimeParameter(time.UtcNow())), ("by", StoredText.Cut(command.Operator, 64))]
                    : [("name", endpoint.Name)],
                cancellationToken);
            var outcome = command.Pause ? Outcome.Paused : Outcome.Resumed;
            if (changed == 1)
            {
                LogChanged(endpoint.Name, outcome, command.Operator);
            }

            return outcome;
        }

        [LoggerMessage(Level = LogLevel.Information, Message = "Webhook {Endpoint} {Outcome} by {Operator}")]
        private partial void LogChanged(string endpoint, Outcome outcome, string @operator);
    }
}
