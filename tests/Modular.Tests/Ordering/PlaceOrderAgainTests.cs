using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Ordering;

/// <summary>Requests that are sent again with the same <c>Idempotency-Key</c>.</summary>
public sealed class PlaceOrderAgainTests(Shops shops)
{
    private const string Body = """{"lines":[{"sku":"test-fen","quantity":1}]}""";

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R10_the_same_key_and_body_get_the_same_answer(string store)
    {
        var shop = await shops.OnAsync(store);
        var key = ("Idempotency-Key", Modular.Kernel.Numbers.Next(shop.Clock));

        var first = await shop.Api.PostAsync("/api/orders", Body, key);
        var again = await shop.Api.PostAsync("/api/orders", Body, key);

        Assert.Equal((201, first.Text, first.Location), (again.Status, again.Text, again.Location));
        Assert.NotEqual(first.Text, (await shop.Api.PostAsync("/api/orders", Body)).Text);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R10_the_same_key_with_another_body_is_refused(string store)
    {
        var shop = await shops.OnAsync(store);
        var key = ("Idempotency-Key", Modular.Kernel.Numbers.Next(shop.Clock));
        await shop.Api.PostAsync("/api/orders", Body, key);

        foreach (var other in new[] { """{"lines":[{"sku":"test-fen","quantity":2}]}""", Body + " " })
        {
            var reply = await shop.Api.PostAsync("/api/orders", other, key);
            Assert.Equal((422, "idempotency_key_reused", "application/problem+json"), (reply.Status, reply.Code, reply.ContentType));
        }
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R10_thirty_two_requests_at_once_with_one_key_make_one_order(string store)
    {
        var shop = await shops.OnAsync(store);
        var key = Modular.Kernel.Numbers.Next(shop.Clock);

        var replies = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => shop.Api.PostAsync("/api/orders", Body, ("Idempotency-Key", key))));

        Assert.All(replies, reply => Assert.Equal((201, replies[0].Text, replies[0].Location), (reply.Status, reply.Text, reply.Location)));
        Assert.Equal("1", await shop.ScalarAsync("SELECT COUNT(*) FROM kernel_saved_answers WHERE key = @key", ("key", key)));
        Assert.Equal(1, await shop.EventsAsync("order.placed", replies[0].Json["orderNo"]!.GetValue<string>()));
    }

    [Fact]
    public async Task R10_a_refused_request_uses_no_key_up()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var key = ("Idempotency-Key", Modular.Kernel.Numbers.Next(shop.Clock));

        Assert.Equal(400, (await shop.Api.PostAsync("/api/orders", """{"lines":[]}""", key)).Status);

        Assert.Equal(201, (await shop.Api.PostAsync("/api/orders", Body, key)).Status);
    }

    [Fact]
    public async Task R10_the_keys_of_two_callers_have_nothing_to_do_with_each_other()
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            Settings = new Dictionary<string, string?> { ["Modular:Api:Keys:1"] = "another-api-key" },
        });
        var first = await shop.Api.PostAsync("/api/orders", Body, ("Idempotency-Key", "k"));

        var other = await shop.Web.PostAsync("/api/orders", Body, ("Idempotency-Key", "k"), ("Authorization", "Bearer another-api-key"));

        Assert.Equal(201, other.Status);
        Assert.NotEqual(first.Location, other.Location);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("256")]
    public async Task A_key_that_cannot_be_one_is_refused(string key)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);

        var reply = await shop.Api.PostAsync("/api/orders", Body, ("Idempotency-Key", key == "256" ? new string('k', 256) : key));

        Assert.Equal(400, reply.Status);
    }

    [Fact]
    public async Task A_key_given_twice_is_refused()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);

        var reply = await shop.Api.PostAsync("/api/orders", Body, ("Idempotency-Key", "one"), ("Idempotency-Key", "two"));

        Assert.Equal((400, "invalid_idempotency_key"), (reply.Status, reply.Code));
    }
}
