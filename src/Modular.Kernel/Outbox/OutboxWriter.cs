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

    /// <summary>Inserts events with one statement, inside the context's transaction.</summary>
    public static Task EnqueueAsync(this ModularDbContext db, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        var writes = new WriteBatch();
        writes.Enqueue(db.Dialect, messages);
        return writes.ExecuteAsync(db, cancellationToken);
    }

    /// <summary>Adds the insertion of events to a batch of statements; once per batch.</summary>
    public static void Enqueue(this WriteBatch writes, SqlDialect dialect, IReadOnlyList<OutboxMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(writes);
        ArgumentNullException.ThrowIfNull(dialect);
        ArgumentNullException.ThrowIfNull(messages);
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

        writes.Add(
            $"""
            INSERT INTO kernel_outbox (type, data, created_at, due_at, attempts)
            SELECT e.value->>'type', e.value->>'data', CAST(e.value->>'at' AS {dialect.TimeType}), CAST(e.value->>'at' AS {dialect.TimeType}), 0
            FROM {dialect.Each("@events")} AS e ORDER BY e.key
            """,
            "events",
            rows.ToJsonString(),
            messages.Count);
    }
}
