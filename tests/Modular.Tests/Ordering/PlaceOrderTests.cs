using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Ordering;

/// <summary>Orders as the JSON API takes and shows them.</summary>
public sealed partial class PlaceOrderTests(Shops shops)
{
    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task An_order_is_pending_priced_by_the_catalogue_and_shown_alike_everywhere(string store)
    {
        var shop = await shops.OnAsync(store);

        var placed = await shop.Api.PostAsync("/api/orders", """{"lines":[{"sku":"courtyard-room","quantity":2},{"sku":"test-fen","quantity":3}]}""");

        Assert.Equal((201, "application/json; charset=utf-8"), (placed.Status, placed.ContentType));
        var order = placed.Json;
        var orderNo = order["orderNo"]!.GetValue<string>();
        Assert.Equal($"/api/orders/{orderNo}", placed.Location);
        Assert.Equal("pending", order["status"]!.GetValue<string>());
        Assert.Equal("""{"value":73603,"currency":"CNY"}""", order["amount"]!.ToJsonString());
        Assert.Empty(order["payments"]!.AsArray());
        Assert.Equal(36_800, order["lines"]![0]!["unitPrice"]!["value"]!.GetValue<long>());
        Assert.Equal("庭院客房", order["lines"]![0]!["nameZh"]!.GetValue<string>());
        Assert.Equal(placed.Text, (await shop.Api.GetTextAsync(placed.Location!)).Text);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task T05_every_time_is_utc_and_ends_with_Z(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")));

        foreach (var shown in new[] { await shop.OrderAsync(orderNo), await shop.PaymentAsync(paymentNo) })
        {
            var times = Times(shown).ToArray();
            Assert.True(times.Length >= 3, shown.ToJsonString());
            Assert.All(times, time => Assert.Matches(Utc(), time));
        }

        // Alipay said 20:00:02 at +08:00.
        Assert.Equal("2026-11-25T12:00:02.000Z", (await shop.OrderAsync(orderNo))["paidAt"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""[{"sku":"test-fen","quantity":0}]""", "invalid_quantity")]
    [InlineData("""[{"sku":"test-fen","quantity":-1}]""", "invalid_quantity")]
    [InlineData("""[{"sku":"test-fen","quantity":100}]""", "invalid_quantity")]
    [InlineData("""[{"sku":"test-fen","quantity":1000000000}]""", "invalid_quantity")]
    [InlineData("""[{"sku":"test-fen"}]""", "invalid_quantity")]
    [InlineData("""[{"sku":"no-such-room","quantity":1}]""", "unknown_sku")]
    [InlineData("""[{"sku":"TEST-FEN","quantity":1}]""", "unknown_sku")]
    [InlineData("""[{"sku":null,"quantity":1}]""", "unknown_sku")]
    [InlineData("""[{"quantity":1}]""", "unknown_sku")]
    [InlineData("[null]", "invalid_line")]
    [InlineData("""[{"sku":"test-fen","quantity":1},null]""", "invalid_line")]
    [InlineData("[]", null)]
    [InlineData("null", null)]
    public async Task B12_lines_that_cannot_be_sold_are_refused(string lines, string? code)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);

        var reply = await shop.Api.PostAsync("/api/orders", $$"""{"lines":{{lines}}}""");

        Assert.Equal((400, "validation_failed", "application/problem+json"), (reply.Status, reply.Code, reply.ContentType));
        if (code is not null)
        {
            Assert.Equal(code, reply.Json["errors"]![0]!["code"]!.GetValue<string>());
        }
    }

    [Theory]
    [InlineData("0.1")]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("1e20")]
    [InlineData("100000000000000000000")]
    [InlineData("\"1\"")]
    [InlineData("NaN")]
    [InlineData("true")]
    [InlineData("[1]")]
    public async Task B12_a_quantity_that_is_no_whole_number_is_malformed(string quantity)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);

        var reply = await shop.Api.PostAsync("/api/orders", $$"""{"lines":[{"sku":"test-fen","quantity":{{quantity}}}]}""");

        Assert.Equal((400, "malformed_json"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task B12_twenty_lines_are_an_order_and_twenty_one_are_not()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        static string Lines(int count) => $$"""{"lines":[{{string.Join(',', Enumerable.Repeat("""{"sku":"loft-suite","quantity":99}""", count))}}]}""";

        var most = await shop.Api.PostAsync("/api/orders", Lines(20));
        Assert.Equal((201, 20 * 99 * 69_900L), (most.Status, most.Json["amount"]!["value"]!.GetValue<long>()));
        Assert.Equal((400, "validation_failed"), ((await shop.Api.PostAsync("/api/orders", Lines(21))).Status, (await shop.Api.PostAsync("/api/orders", Lines(21))).Code));
    }

    [Fact]
    public async Task B12_W14_prices_and_states_of_the_caller_are_not_taken()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);

        var reply = await shop.Api.PostAsync(
            "/api/orders",
            """{"orderNo":"MINE","status":"paid","amount":{"value":1,"currency":"USD"},"currency":"USD","discount":99999,"lines":[{"sku":"loft-suite","quantity":1,"price":1,"unitPrice":{"value":1}}]}""");

        Assert.Equal(201, reply.Status);
        Assert.Equal(("pending", 69_900L, "CNY"), (reply.Json["status"]!.GetValue<string>(), reply.Json["amount"]!["value"]!.GetValue<long>(), reply.Json["amount"]!["currency"]!.GetValue<string>()));
        Assert.NotEqual("MINE", reply.Json["orderNo"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"lines":[{"sku":"test-fen","quantity":1}],"lines":[{"sku":"loft-suite","quantity":1}]}""")]
    [InlineData("""{"lines":[{"sku":"test-fen","quantity":1,"quantity":2}]}""")]
    [InlineData("""{"lines":[{"sku":"test-fen","\u0073ku":"test-fen","quantity":1}]}""")]
    public async Task B14_a_member_given_twice_is_refused(string body)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);

        var reply = await shop.Api.PostAsync("/api/orders", body);

        Assert.Equal((400, "malformed_json"), (reply.Status, reply.Code));
    }

    [Theory]
    [InlineData("courtyard-room", "预订庭院客房订单")]
    [InlineData("lakeside-studio", "预订湖畔一居订单")]
    [InlineData("loft-suite", "预订阁楼套房订单")]
    [InlineData("test-fen", "预订一分钱测试订单")]
    public async Task The_shopper_reads_the_chinese_name_at_the_cashier(string sku, string subject)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var started = await shop.StartPaymentAsync(await shop.PlaceOrderAsync(sku));

        var content = JsonNode.Parse(started["action"]!["fields"]!["biz_content"]!.GetValue<string>())!;

        Assert.Equal(subject, content["subject"]!.GetValue<string>());
        Assert.Equal(started["paymentNo"]!.GetValue<string>(), content["out_trade_no"]!.GetValue<string>());
    }

    private static IEnumerable<string> Times(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member.Key.EndsWith("At", StringComparison.Ordinal) && member.Value is JsonValue value
            ? [value.GetValue<string>()]
            : Times(member.Value)),
        JsonArray items => items.SelectMany(Times),
        _ => [],
    };

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
    private static partial Regex Utc();
}
