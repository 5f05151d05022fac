using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.AlipayDirect;

/// <summary>A payment through Alipay's legacy gateway, as far as the cashier.</summary>
/// <param name="Cashier">The page on which the browser ended: the cashier's, or an error's.</param>
internal sealed record DirectPayment(string OrderNo, string PaymentNo, string Cashier)
{
    /// <summary>The text of the element with the id, decoded; null where there is none.</summary>
    public string? Text(string id) =>
        Regex.Match(Cashier, $"id=\"{id}\"[^>]*>([^<]*)<") is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : null;
}

/// <summary>What shops, shoppers and Alipay do with the legacy gateway.</summary>
internal static class DirectSteps
{
    /// <summary>Asks the shop to start a payment as its own client does.</summary>
    public static async Task<JsonNode> StartDirectAsync(this TestShop shop, string orderNo, string instance)
    {
        var reply = await shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = instance, scene = "pc", clientIp = "203.0.113.9" });
        Assert.True(reply.Status is 200 or 201, reply.Text);
        return reply.Json;
    }

    /// <summary>Sends the shopper's browser with the form to the gateway, in the form's charset as browsers do.</summary>
    public static async Task<DirectPayment> GoAsync(this TestShop shop, string orderNo, JsonNode started)
    {
        var action = started["action"]!;
        var encoding = AlipayDirectParty.EncodingOf(action["charset"]!.GetValue<string>());
        var fields = action["fields"]!.AsObject().Select(field => KeyValuePair.Create(field.Key, field.Value!.GetValue<string>()));
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(AlipayParty.Form(fields, encoding)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        using var response = await shop.Sandbox.PostAsync(new Uri(action["url"]!.GetValue<string>()), content);
        return new DirectPayment(orderNo, started["paymentNo"]!.GetValue<string>(), await response.Content.ReadAsStringAsync());
    }

    /// <summary>A shopper at the cashier with an order of this subject.</summary>
    public static async Task<DirectPayment> AtCashierAsync(this TestShop shop, string instance, string? subject = null, int quantity = 1)
    {
        var orderNo = await shop.PlaceOrderAsync(quantity: quantity);
        if (subject is not null)
        {
            await shop.ScalarAsync("UPDATE ordering_orders SET subject = @subject WHERE order_no = @no", ("subject", subject), ("no", orderNo));
        }

        var payment = await shop.GoAsync(orderNo, await shop.StartDirectAsync(orderNo, instance));
        Assert.True(payment.Text("login") is not null, payment.Cashier);
        return payment;
    }

    /// <summary>Pays; says under which path and query the browser comes back to the shop.</summary>
    public static async Task<string> PaidAsync(this TestShop shop, DirectPayment payment)
    {
        var paid = await shop.StepAsync(payment.PaymentNo, "pay");
        var back = paid["returnUrl"]!.GetValue<string>();
        Assert.StartsWith(shop.Address.ToString(), back, StringComparison.Ordinal);

        // As it stands: an Uri would decode what is not UTF-8.
        return back[(shop.Address.ToString().Length - 1)..];
    }

    /// <summary>The HTTP status and the body with which the shop answered the first delivery of the payment's notification, and what came of it.</summary>
    public static async Task<(int Status, string Body, string State)> NotifiedAsync(this TestShop shop, DirectPayment payment)
    {
        JsonNode? first = null;
        await Eventually.BecomesAsync(true, async () =>
        {
            using var response = await shop.Sandbox.GetAsync(new Uri($"/sandbox/notifications?outTradeNo={payment.PaymentNo}", UriKind.Relative));
            first = (await TestShop.JsonAsync(response, 200)).AsArray().SingleOrDefault();
            return first?["attempts"]!.AsArray().Count > 0;
        });
        var attempt = first!["attempts"]![0]!;
        return (attempt["status"]?.GetValue<int>() ?? 0, attempt["body"]!.GetValue<string>(), first["state"]!.GetValue<string>());
    }
}
