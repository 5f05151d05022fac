using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Modular.Payments;
using Modular.Testing.Hosting;

namespace Modular.Tests.Support;

/// <summary>What the buyer and Alipay do in the sandbox.</summary>
internal static class AlipaySteps
{
    /// <summary>Sends the shopper's browser with the form of a started payment to Alipay's gateway, from which on Alipay has the link.</summary>
    public static async Task GoToCashierAsync(this TestShop shop, JsonNode started)
    {
        var action = started["action"]!;
        using var form = new FormUrlEncodedContent(action["fields"]!.AsObject().Select(field => KeyValuePair.Create(field.Key, field.Value!.GetValue<string>())));
        using var response = await shop.Sandbox.PostAsync(new Uri(action["url"]!.GetValue<string>()), form);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Takes a step with a trade: open, pay, close or finish. Returns the sandbox's answer.</summary>
    public static async Task<JsonNode> StepAsync(this TestShop shop, string paymentNo, string step, object? body = null)
    {
        using var response = await shop.Sandbox.PostAsJsonAsync($"/sandbox/trades/{paymentNo}/{step}", body ?? new { });
        return await TestShop.JsonAsync(response, 200);
    }

    public static async Task<string> TradeStatusAsync(this TestShop shop, string paymentNo)
    {
        using var response = await shop.Sandbox.GetAsync(new Uri($"/sandbox/trades/{paymentNo}", UriKind.Relative));
        return (await TestShop.JsonAsync(response, 200))["status"]!.GetValue<string>();
    }

    /// <summary>Replaces everything that goes wrong in the sandbox.</summary>
    public static async Task FaultsAsync(this TestShop shop, object sheet)
    {
        using var response = await shop.Sandbox.PutAsJsonAsync("/sandbox/faults", sheet);
        await TestShop.JsonAsync(response, 200);
    }

    /// <summary>One way in which the gateway misbehaves, for the methods named or for all.</summary>
    public static object[] Gateway(string kind, params string[] methods) => [new { kind, methods }];

    /// <summary>The work is done and the answer is lost or spoilt.</summary>
    public static object[] AfterWork(string kind, params string[] methods) => [new { kind, methods, afterWork = true }];

    /// <summary>From now on no notification of the payment arrives; the gateway and the queries behave as told.</summary>
    public static Task SilentAsync(this TestShop shop, string paymentNo, object? gateway = null, double? queryLagSeconds = null) =>
        shop.FaultsAsync(new
        {
            trades = new Dictionary<string, object>
            {
                [paymentNo] = new { notify = new { drop = true }, gateway, trade = new { queryLagSeconds } },
            },
        });

    /// <summary>Has an unpaid payment checked until the next check is minutes away.</summary>
    public static async Task WaitLongAsync(this TestShop shop, string paymentNo)
    {
        while ((await shop.PaymentRowAsync(paymentNo)).NextCheckAt is { } next && next < shop.Clock.GetUtcNow().AddMinutes(2))
        {
            shop.Clock.Advance(TimeSpan.FromTicks(Math.Max(0, (next - shop.Clock.GetUtcNow()).Ticks)));
            await shop.SendAsync(new ConfirmPayments.Command());
        }
    }

    /// <summary>A started QR payment whose notifications are lost; Alipay has its code, and no buyer has scanned it.</summary>
    public static async Task<(string OrderNo, string PaymentNo)> SilentQrAsync(this TestShop shop)
    {
        var started = await shop.StartedAsync(scene: "qr");
        await shop.SilentAsync(started.PaymentNo);
        return started;
    }
}
