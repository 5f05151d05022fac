using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Modular.Kernel.Data;

namespace Modular.Kernel.Outbox;

/// <summary>Writes events into the outbox inside the context's transaction.</summary>
public static class OutboxWriter
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes an event that is due at once.</summary>
    public static OutboxMessage Event(string type, object data, DateTimeOffset now) =>
        new() { Type = type, Data = JsonSerializer.Serialize(data, Json), CreatedAt = now, DueAt = now };

    /// <summary>Inserts a batch of events with one statement.</summary>
    public static async Task EnqueueAsync(this ModularDbContext db, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(messages);
        var dialect = db.Dialect;
        var rows = new JsonObject();
        for (var index = 0; index < messages.Count; index++)
        {
            rows.Add(
                index.ToString("D6", System.Globalization.CultureInfo.InvariantCulture),
                new JsonObject
                {
                    ["type"] = messages[index].Type,
                    ["data"] = messages[index].Data,
                    ["at"] = dialect.Time(messages[index].CreatedAt),
                });
        }

        await db.ExecuteSqlAsync(
            $"""
            INSERT INTO kernel_outbox (type, data, created_at, due_at, attempts)
            SELECT e.value->>'type', e.value->>'data', CAST(e.value->>'at' AS {dialect.TimeType}), CAST(e.value->>'at' AS {dialect.TimeType}), 0
            FROM json_each(@events{dialect.AsJson}) AS e ORDER BY e.key
            """,
            [("events", rows.ToJsonString())],
            cancellationToken);
    }
}
