using System.Text;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Web;

/// <summary>Every failure of the JSON API has one shape and a stable code, and tells nothing of the inside.</summary>
public sealed class ApiErrorTests(Shops shops)
{
    private const string Order = """{"lines":[{"sku":"test-fen","quantity":1}]}""";

    [Theory]
    [InlineData("GET", "/api/orders/0123456789ABCDEFGHJKMNPQRS", 404, "order_not_found")]
    [InlineData("GET", "/api/orders/x", 404, "order_not_found")]
    [InlineData("GET", "/api/orders/'%20OR%201=1", 404, "order_not_found")]
    [InlineData("GET", "/api/payments/0123456789ABCDEFGHJKMNPQRS", 404, "payment_not_found")]
    [InlineData("GET", "/api/payments/%01", 404, "payment_not_found")]
    [InlineData("GET", "/api/nothing", 404, "not_found")]
    [InlineData("GET", "/api", 404, "not_found")]
    [InlineData("GET", "/api/orders", 405, "method_not_allowed")]
    [InlineData("DELETE", "/api/orders", 405, "method_not_allowed")]
    [InlineData("POST", "/api/orders/0123456789ABCDEFGHJKMNPQRS", 405, "method_not_allowed")]
    [InlineData("GET", "/api/orders/0123456789ABCDEFGHJKMNPQRS/payments", 405, "method_not_allowed")]
    public async Task What_is_not_there_is_answered_as_a_problem(string method, string path, int status, string code)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        AssertProblem(await shop.Api.SendTextAsync(new HttpMethod(method), path, null), status, code);
    }

    [Theory]
    [InlineData("/api/orders")]
    [InlineData("/api/orders/0123456789ABCDEFGHJKMNPQRS/payments")]
    [InlineData("/api/payments/0123456789ABCDEFGHJKMNPQRS/confirm")]
    public async Task W01_without_a_key_nothing_is_told_and_nothing_is_done(string path)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        foreach (var authorization in new[] { null, "Bearer ", "Bearer wrong", "Bearer " + TestShop.ApiKey + "x", "Basic " + TestShop.ApiKey, TestShop.ApiKey, "Bearer " + TestShop.ApiKey.ToUpperInvariant() })
        {
            (string, string)[] headers = authorization is null ? [] : [("Authorization", authorization)];
            var reply = await shop.Web.PostAsync(path, Order, headers);
            AssertProblem(reply, 401, "unauthorized");
            Assert.Equal("Bearer", reply.Headers.WwwAuthenticate.ToString());
        }
    }

    [Fact]
    public async Task A_key_in_two_headers_is_no_key()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var bearer = ("Authorization", "Bearer " + TestShop.ApiKey);
        Assert.Equal(401, (await shop.Web.PostAsync("/api/orders", Order, bearer, bearer)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("{\"lines\":[{\"sku\":\"test-fen\",\"quantity\":1}]} trailing")]
    [InlineData("{\"lines\":[{\"sku\":\"test-fen\",\"quantity\":1,}]}")]
    [InlineData("{\"lines\":{}}")]
    [InlineData("{/* a comment */\"lines\":[]}")]
    public async Task Malformed_json_is_a_problem_that_says_where(string body)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        AssertProblem(await shop.Api.PostAsync("/api/orders", body), 400, "malformed_json");
    }

    [Fact]
    public async Task X07_json_that_is_deep_or_not_utf8_is_malformed()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var deep = $$"""{"lines":{{new string('[', 500)}}{{new string(']', 500)}}}""";
        AssertProblem(await shop.Api.PostAsync("/api/orders", deep), 400, "malformed_json");
        byte[] broken = [.. "{\"lines\":[{\"sku\":\""u8, 0xC3, 0x28, .. "\",\"quantity\":1}]}"u8];
        AssertProblem(await shop.Api.SendTextAsync(HttpMethod.Post, "/api/orders", Http.Bytes(broken, "application/json")), 400, "malformed_json");
        AssertProblem(await shop.Api.PostAsync("/api/orders", """{"lines":[{"sku":"\u0000","quantity":1}]}"""), 400, "validation_failed");
        AssertProblem(await shop.Api.PostAsync("/api/orders", """{"lines":[{"sku":"\ud800","quantity":1}]}"""), 400, null);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task Another_media_type_is_a_problem(string? contentType)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        foreach (var path in new[] { "/api/orders", $"/api/orders/{await shop.PlaceOrderAsync()}/payments" })
        {
            var reply = await shop.Api.SendTextAsync(HttpMethod.Post, path, Http.Bytes(Encoding.UTF8.GetBytes(Order), contentType));
            AssertProblem(reply, 415, "unsupported_media_type");
        }
    }

    [Theory]
    [InlineData(64 * 1024)]
    [InlineData(300 * 1024)]
    public async Task F23_a_body_that_is_too_large_is_a_problem(int bytes)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        AssertProblem(await shop.Api.PostAsync("/api/orders", Order + new string(' ', bytes)), 413, "body_too_large");
    }

    [Fact]
    public async Task The_open_api_document_lists_every_route_of_the_api_and_its_key()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);

        var document = (await shop.Web.GetTextAsync("/openapi/v1.json")).Json;

        var paths = document["paths"]!.AsObject();
        foreach (var (path, method) in new[]
        {
            ("/api/orders", "post"), ("/api/orders/{orderNo}", "get"), ("/api/orders/{orderNo}/payments", "post"), ("/api/payments/{paymentNo}", "get"), ("/api/payments/{paymentNo}/confirm", "post"),
        })
        {
            Assert.NotNull(paths[path]?[method]);
        }

        Assert.All(paths, path => Assert.StartsWith("/api/", path.Key, StringComparison.Ordinal));
        Assert.Equal("bearer", document["components"]!["securitySchemes"]!["bearer"]!["scheme"]!.GetValue<string>());
    }

    [Fact]
    public async Task W16_an_unexpected_failure_tells_nothing_of_the_inside()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite });
        await shop.ReadAsync(async db =>
        {
            await using var command = await Modular.Kernel.Data.SqlCommands.SqlAsync(db, "ALTER TABLE ordering_orders RENAME TO gone", [], CancellationToken.None);
            return await command.ExecuteNonQueryAsync();
        });

        var reply = await shop.Api.PostAsync("/api/orders", Order);

        AssertProblem(reply, 500, "internal_error");
        Assert.DoesNotContain("ordering_orders", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", reply.Text, StringComparison.Ordinal);
        Assert.Contains(shop.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains("/api/orders", StringComparison.Ordinal));
    }

    private static void AssertProblem(Reply reply, int status, string? code)
    {
        Assert.Equal((status, "application/problem+json"), (reply.Status, reply.ContentType));
        Assert.Equal(status, reply.Json["status"]!.GetValue<int>());
        Assert.Equal(code ?? reply.Code, reply.Code);
        Assert.False(string.IsNullOrWhiteSpace(reply.Json["detail"]!.GetValue<string>()));
    }
}
