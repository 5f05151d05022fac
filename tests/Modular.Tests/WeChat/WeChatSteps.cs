using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.WeChat;

/// <summary>The two generations of WeChat Pay, and what shops, shoppers and WeChat do with them.</summary>
internal static class WeChatSteps
{
    public const string V3 = "wechatpay";
    public const string V2 = "wechatpayv2";
    public const string OpenId = "oTestPayer0000000000000000001";

    public static TheoryData<string> Instances => [V3, V2];

    public static TheoryData<string, string> InstancesOnStores => new()
    {
        { V3, Stores.PostgreSql },
        { V3, Stores.Sqlite },
        { V2, Stores.PostgreSql },
        { V2, Stores.Sqlite },
    };

    /// <summary>Asks the shop to start a payment as its own client does.</summary>
    public static Task<Reply> StartWeChatAsync(this TestShop shop, string orderNo, string instance, string scene, string? openId = OpenId, string? clientIp = "203.0.113.9") =>
        shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = instance, scene, openId, clientIp });

    /// <summary>A started payment; WeChat knows it from now on.</summary>
    public static async Task<(string OrderNo, string PaymentNo, JsonNode Action)> WeChatPaymentAsync(
        this TestShop shop, string instance, string scene = "qr", string sku = "test-fen")
    {
        var orderNo = await shop.PlaceOrderAsync(sku);
        var reply = await shop.StartWeChatAsync(orderNo, instance, scene);
        Assert.True(reply.Status == 201, reply.Text);
        return (orderNo, reply.Json["paymentNo"]!.GetValue<string>(), reply.Json["action"]!);
    }

    /// <summary>Posts a notification as WeChat does.</summary>
    public static async Task<(int Status, string Body)> NotifyAsync(this TestShop shop, WeChatMessage message, string instance)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shop.Address, $"/payments/{instance}/notify")) { Content = WeChatParty.Content(message) };
        foreach (var (name, value) in message.Headers.Where(header => header.Key != "Content-Type"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await shop.Web.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A genuine notification that the payment was paid.</summary>
    public static WeChatMessage Paid(this TestShop shop, string instance, string paymentNo, long fen = 1, string? transactionId = null) => instance == V3
        ? shop.WeChat.NotifyV3(WeChatParty.PaidResource(paymentNo, fen, transactionId), shop.Clock.GetUtcNow())
        : WeChatParty.NotifyV2(WeChatParty.PaidFields(paymentNo, $"{fen}", transactionId));

    /// <summary>Whether the answer is the one after which WeChat stops.</summary>
    public static bool IsAcknowledged(string instance, (int Status, string Body) answer) => instance == V3
        ? answer is { Status: 200 or 204, Body: "" }
        : answer is (200, "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>");

    /// <summary>The message was refused below 500 for the reason, and kept.</summary>
    public static async Task RefusedAsync(this TestShop shop, WeChatMessage message, string instance, string reason)
    {
        var answer = await shop.NotifyAsync(message, instance);
        Assert.InRange(answer.Status, 400, 499);
        Assert.False(IsAcknowledged(instance, answer));
        var row = await shop.InboxRowAsync(message.Body, instance);
        Assert.Equal(("refused", reason), (row?.Verdict, row?.Reason));
    }

    /// <summary>The sandbox's view of a WeChat trade.</summary>
    public static async Task<JsonNode> TradeAsync(this TestShop shop, string paymentNo)
    {
        using var response = await shop.Sandbox.GetAsync(new Uri($"/sandbox/trades/{paymentNo}", UriKind.Relative));
        return await TestShop.JsonAsync(response, 200);
    }

    public static async Task ControlAsync(this TestShop shop, string path, object body)
    {
        using var response = await shop.Sandbox.PostAsJsonAsync(path, body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
