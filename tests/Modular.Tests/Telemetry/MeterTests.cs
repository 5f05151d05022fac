using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Modular.Kernel.Outbox;
using Modular.Kernel.Telemetry;
using Modular.Testing;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using Modular.Web.Jobs;

namespace Modular.Tests.Telemetry;

/// <summary>What the shop measures about itself.</summary>
public sealed partial class MeterTests
{
    [Fact]
    public async Task The_README_lists_exactly_the_instruments_of_the_meter()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite });
        using var listener = new Listening(shop);
        var readme = await File.ReadAllTextAsync(Repository.PathOf("README.md"), TestContext.Current.CancellationToken);

        Assert.Equal(
            listener.Instruments.Order(StringComparer.Ordinal),
            Row().Matches(readme).Select(row => $"{row.Groups[1].Value} ({row.Groups[2].Value})").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_happens_to_a_payment_is_counted_with_its_provider_source_and_verdict()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite });
        using var listener = new Listening(shop);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));

        Assert.Equal(400, (await shop.NotifyAsync(form.Replace("0.01", "0.02", StringComparison.Ordinal))).Status);
        Assert.Equal(200, (await shop.NotifyAsync(form)).Status);

        Assert.Contains("modular.payments.started 1 answer=started provider=alipay scene=pc", listener.Measured);
        Assert.Contains("modular.notifications 1 provider=alipay reason=wrong_signature verdict=refused", listener.Measured);
        Assert.Contains("modular.notifications 1 provider=alipay reason=none verdict=accepted", listener.Measured);
        Assert.Contains("modular.payments.settled 1 provider=alipay source=notify state=succeeded", listener.Measured);
        Assert.Contains("modular.settlement.batch.size 1 ", listener.Measured);
        Assert.Contains(listener.Measured, line => line.StartsWith("modular.provider.call.duration ", StringComparison.Ordinal) && line.EndsWith(" answer=verified call=verify_notification provider=alipay", StringComparison.Ordinal));
        Assert.DoesNotContain(listener.Measured, line => line.Contains(orderNo, StringComparison.Ordinal) || line.Contains(paymentNo, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_gauges_tell_how_long_events_and_sweeps_have_waited()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite });
        using var listener = new Listening(shop);
        await shop.PlaceOrderAsync();
        shop.Clock.Advance(TimeSpan.FromHours(1));
        await RunAsync(shop, sweeps => sweeps.DispatchEventsAsync(CancellationToken.None));
        shop.Clock.Advance(TimeSpan.FromHours(1));

        Assert.InRange(listener.Gauge("modular.outbox.lag", ""), 3600, 3900);
        Assert.InRange(listener.Gauge("modular.sweep.age", "sweep=dispatch-events"), 3600, 3900);

        await RunAsync(shop, sweeps => sweeps.DispatchEventsAsync(CancellationToken.None));
        Assert.Equal(0, listener.Gauge("modular.outbox.lag", ""));
        Assert.InRange(listener.Gauge("modular.sweep.age", "sweep=dispatch-events"), 0, 300);
    }

    [Fact]
    public async Task The_gauges_tell_what_breaks_a_promise_and_what_waits_for_a_person()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite });
        using var listener = new Listening(shop);
        var (_, paymentNo) = await shop.StartedAsync();
        Assert.Equal(200, (await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.02")))).Status);
        await RunAsync(shop, sweeps => sweeps.AuditAsync(CancellationToken.None));
        Assert.Equal((1d, 0d), (listener.Gauge("modular.exceptions", "kind=held_payment"), listener.Gauge("modular.audit.broken", "rule=received_is_booked")));

        await shop.ScalarAsync("UPDATE payments_payments SET received_minor = 3 WHERE payment_no = @no", ("no", paymentNo));
        await RunAsync(shop, sweeps => sweeps.AuditAsync(CancellationToken.None));
        Assert.Equal(1, listener.Gauge("modular.audit.broken", "rule=received_is_booked"));
    }

    [Fact]
    public async Task Health_names_jobs_that_stand_still_and_events_that_wait_too_long()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            Settings = new Dictionary<string, string?> { ["Modular:Jobs:Enabled"] = "true" },
            // A job server that never begins.
            Configure = Without.HostedServicesOf("Hangfire"),
        });
        Assert.Equal(("healthy", "healthy"), await HealthAsync(shop));

        await shop.PlaceOrderAsync();
        shop.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(("degraded", "degraded"), await HealthAsync(shop));

        await RunAsync(shop, sweeps => sweeps.CloseOrdersAsync(CancellationToken.None));
        Assert.Equal(("healthy", "degraded"), await HealthAsync(shop));
        await shop.SendAsync(new DispatchEvents());
        Assert.Equal(("healthy", "healthy"), await HealthAsync(shop));
    }

    [Fact]
    public async Task A_node_without_jobs_is_not_blamed_for_their_silence()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite });
        shop.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(("healthy", "healthy"), await HealthAsync(shop));
    }

    private static async Task<(string Jobs, string Outbox)> HealthAsync(TestShop shop)
    {
        var reply = await shop.Web.GetTextAsync("/health/ready");
        Assert.Equal(200, reply.Status);
        var checks = reply.Json["checks"]!;
        return ((string)checks["jobs"]!["status"]!, (string)checks["outbox"]!["status"]!);
    }

    private static async Task RunAsync(TestShop shop, Func<Sweeps, Task> run)
    {
        await using var scope = shop.Services.CreateAsyncScope();
        await run(scope.ServiceProvider.GetRequiredService<Sweeps>());
    }

    [GeneratedRegex(@"^\| `(modular\.[a-z.]+)` \((.+?)\) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    /// <summary>Hears the meter of one shop alone; others may run in the process.</summary>
    private sealed class Listening : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly ConcurrentQueue<string> measured = new();
        private readonly ConcurrentQueue<string> instruments = new();

        public Listening(TestShop shop)
        {
            shop.Services.GetRequiredService<ShopMeter>();
            var factory = shop.Services.GetRequiredService<IMeterFactory>();
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == ShopMeter.Name && instrument.Meter.Scope == factory)
                {
                    instruments.Enqueue($"{instrument.Name} ({instrument.Unit})");
                    self.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>(Keep);
            listener.SetMeasurementEventCallback<int>(Keep);
            listener.SetMeasurementEventCallback<double>(Keep);
            listener.Start();
        }

        public IReadOnlyCollection<string> Instruments => instruments;

        public IReadOnlyCollection<string> Measured => measured;

        public double Gauge(string name, string tags)
        {
            measured.Clear();
            listener.RecordObservableInstruments();
            var line = Assert.Single(measured, text => text.StartsWith(name + " ", StringComparison.Ordinal) && text.EndsWith(" " + tags, StringComparison.Ordinal));
            return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
        }

        public void Dispose() => listener.Dispose();

        private void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
            where T : struct => measured.Enqueue(string.Create(
                CultureInfo.InvariantCulture,
                $"{instrument.Name} {value} {string.Join(' ', tags.ToArray().OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"))}"));
    }
}
