using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MediatR;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Outbox;

namespace Modular.Webhooks;

/// <summary>
/// Makes one delivery of an event for each endpoint that wants it. The event may arrive more than once; a unique index keeps the
/// first delivery, with its id and body. Nothing is sent here, so a receiver that hangs delays no event.
/// </summary>
internal sealed class QueueDeliveries(ModularDbContext db, WebhookEndpoints endpoints, TimeProvider time) : INotificationHandler<EventOccurred>
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task Handle(EventOccurred notification, CancellationToken cancellationToken)
    {
        var takers = endpoints.All.Where(endpoint => endpoint.Events.Contains(notification.Type)).ToArray();
        if (takers.Length == 0)
        {
            return;
        }

        var (body, orderNo) = (Body(notification), OrderNo(notification.Data));
        var now = db.Dialect.TimeParameter(time.UtcNow());
        foreach (var endpoint in takers)
        {
            await db.ExecuteSqlAsync(
                """
                INSERT INTO webhooks_deliveries (event_id, endpoint, message_id, type, order_no, body, status, created_at, next_attempt_at, attempts, tries)
                VALUES (@event, @endpoint, @message, @type, @order, @body, 'pending', @now, @now, 0, 0)
                ON CONFLICT (event_id, endpoint) DO NOTHING
                """,
                [
                    ("event", notification.Id), ("endpoint", endpoint.Name), ("message", "msg_" + Numbers.Next(time)), ("type", notification.Type),
                    ("order", orderNo), ("body", body), ("now", now),
                ],
                cancellationToken);
        }
    }

    private static string Body(EventOccurred notification)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Json))
        {
            json.WriteStartObject();
            json.WriteString("type", notification.Type);
            json.WriteString("timestamp", notification.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WritePropertyName("data");
            json.WriteRawValue(notification.Data);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static string OrderNo(string data)
    {
        using var json = JsonDocument.Parse(data);
        return json.RootElement.GetProperty("orderNo").GetString()!;
    }
}
