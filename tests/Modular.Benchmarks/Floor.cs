using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Modular.Testing.Hosting;
using Npgsql;

namespace Modular.Benchmarks;

/// <summary>
/// What a good engineer writes by hand for the same job, as measures: an endpoint that does nothing, one that settles with
/// a single statement of plain Npgsql, and one that uses EF the usual way. All but the first parse and verify.
/// </summary>
internal sealed class Floor : IAsyncDisposable
{
    private const string Settle = """
        WITH p AS (
            UPDATE floor_payments SET status = 'succeeded', trade_no = $2, paid_at = now() WHERE payment_no = $1 AND status = 'pending' AND amount_minor = $3
            RETURNING order_no),
        o AS (UPDATE floor_orders SET status = 'paid', payment_no = $1, paid_at = now() WHERE order_no = (SELECT order_no FROM p) AND status = 'pending'),
        m AS (INSERT INTO floor_inbox (notify_id, instance, received_at, body) VALUES ($4, 'alipay', now(), $5) ON CONFLICT DO NOTHING)
        INSERT INTO floor_outbox (type, data, created_at) SELECT 'order.paid', '{"orderNo":"' || order_no || '"}', now() FROM p
        """;

    private readonly WebApplication app;

    private Floor(WebApplication app, Uri address) => (this.app, Address) = (app, address);

    public Uri Address { get; }

    public static async Task<Floor> StartAsync(NpgsqlDataSource source, RSA alipayKey)
    {
        using var key = RSA.Create();
        var verifying = RSA.Create();
        verifying.ImportSubjectPublicKeyInfo(alipayKey.ExportSubjectPublicKeyInfo(), out _);
        var address = FreePort.Address();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address.ToString());
        builder.Logging.ClearProviders();
        builder.Services.AddDbContext<TypicalContext>(options => options.UseNpgsql(source));
        var app = builder.Build();

        app.MapPost("/empty", async (HttpContext context) =>
        {
            await ReadAsync(context);
            return Results.Text("success");
        });
        app.MapPost("/one-statement", async (HttpContext context) =>
        {
            var body = await ReadAsync(context);
            if (Verified(body, verifying) is not { } fields)
            {
                return Results.Text("fail", statusCode: 400);
            }

            await using var command = source.CreateCommand(Settle);
            command.Parameters.Add(new() { Value = fields["out_trade_no"] });
            command.Parameters.Add(new() { Value = fields["trade_no"] });
            command.Parameters.Add(new() { Value = (long)(decimal.Parse(fields["total_amount"], System.Globalization.CultureInfo.InvariantCulture) * 100) });
            command.Parameters.Add(new() { Value = fields["notify_id"] });
            command.Parameters.Add(new() { Value = body });
            await command.ExecuteNonQueryAsync();
            return Results.Text("success");
        });
        app.MapPost("/typical", async (HttpContext context, TypicalContext db) =>
        {
            var body = await ReadAsync(context);
            if (Verified(body, verifying) is not { } fields)
            {
                return Results.Text("fail", statusCode: 400);
            }

            var paymentNo = fields["out_trade_no"];
            var payment = await db.Payments.SingleAsync(p => p.PaymentNo == paymentNo);
            var order = await db.Orders.SingleAsync(o => o.OrderNo == payment.OrderNo);
            if (payment.Status == "pending")
            {
                var now = TimeProvider.System.GetUtcNow();
                (payment.Status, payment.TradeNo, payment.PaidAt) = ("succeeded", fields["trade_no"], now);
                (order.Status, order.PaymentNo, order.PaidAt) = ("paid", paymentNo, now);
                db.Add(new TypicalMessage { NotifyId = fields["notify_id"], Instance = "alipay", ReceivedAt = now, Body = body });
                db.Add(new TypicalEvent { Type = "order.paid", Data = $$"""{"orderNo":"{{order.OrderNo}}"}""", CreatedAt = now });
                await db.SaveChangesAsync();
            }

            return Results.Text("success");
        });
        await app.StartAsync();
        return new Floor(app, address);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        var body = new byte[(int)context.Request.ContentLength!.Value];
        await context.Request.Body.ReadExactlyAsync(body);
        return body;
    }

    private static SortedDictionary<string, string>? Verified(byte[] body, RSA key)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Encoding.ASCII.GetString(body).Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            fields[pair[..equals]] = Uri.UnescapeDataString(pair[(equals + 1)..]);
        }

        fields.Remove("sign", out var sign);
        fields.Remove("sign_type");
        var content = string.Join('&', fields.Select(field => $"{field.Key}={field.Value}"));
        return key.VerifyData(Encoding.UTF8.GetBytes(content), Convert.FromBase64String(sign!), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) ? fields : null;
    }
}
