using System.Net;
using System.Text.Json.Nodes;

namespace Modular.Process.Tests;

/// <summary>The line between the shop and the gateway fails in every way in which lines fail.</summary>
public sealed class FaultyGatewayTests
{
    // The budget of a provider call is ten seconds; the rest is for a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(25);

    private static readonly Fault[] Faults = [Fault.RequestLost, Fault.ResponseLost, Fault.CutMidBody, Fault.OneByteThenSilence, Fault.Reset];

    [Fact]
    public async Task Whatever_the_line_does_a_call_is_unknown_in_time_and_the_number_stays_F08()
    {
        await using var town = await Town.FoundAsync(Stores.PostgreSql);
        var proxies = Faults.ToDictionary(fault => fault, _ => new FaultProxy(new IPEndPoint(IPAddress.Loopback, town.SandboxAddress.Port)));
        try
        {
            var settings = proxies.SelectMany(proxy => town.Instance(Name(proxy.Key), proxy.Value.Address)).ToDictionary();
            await using var shop = await town.StartShopAsync(settings);
            // One instance behind each kind of fault, all at the same time, because most of them last as long as the budget.
            await Task.WhenAll(proxies.Select(proxy => SurvivesAsync(town, shop, proxy.Key, proxy.Value)));
            Assert.Equal(Faults.Length, await town.CountAsync("payments_payments"));
            Assert.Equal(Faults.Length, await town.PaidOnceAsync());
        }
        finally
        {
            foreach (var proxy in proxies.Values)
            {
                await proxy.DisposeAsync();
            }
        }
    }

    private static async Task SurvivesAsync(Town town, ShopProcess shop, Fault fault, FaultProxy proxy)
    {
        var name = Name(fault);
        var orderNo = await shop.PlaceOrderAsync();
        proxy.Fault = fault;

        await IsUnknownAsync(fault, () => shop.PostPaymentAsync(orderNo, "qr", name));
        var paymentNo = (await town.ScalarAsync($"SELECT payment_no FROM payments_payments WHERE order_no = '{orderNo}' AND status = 'pending'"))!;
        await IsUnknownAsync(fault, () => shop.Api.PostAsync(new Uri($"/api/payments/{paymentNo}/confirm", UriKind.Relative), null));
        Assert.True(proxy.Spoilt >= 2, $"{fault} hit {proxy.Spoilt} connections.");

        proxy.Fault = Fault.None;
        using var again = await shop.PostPaymentAsync(orderNo, "qr", name);
        Assert.Equal(paymentNo, (await TestShop.JsonAsync(again, 200))["paymentNo"]!.GetValue<string>());
        await town.PayAsync(paymentNo);
        await Eventually.BecomesAsync("paid", () => shop.OrderStatusAsync(orderNo));
    }

    private static async Task IsUnknownAsync(Fault fault, Func<Task<HttpResponseMessage>> call)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var response = await call();
        var took = TimeProvider.System.GetElapsedTime(began);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 503, $"{fault}: {(int)response.StatusCode} {text}");
        Assert.Equal("provider_unknown", JsonNode.Parse(text)!["code"]!.GetValue<string>());
        Assert.True(took < Limit, $"{fault} took {took}.");
    }

    private static string Name(Fault fault) => $"alipay-{fault}";
}
