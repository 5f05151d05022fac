namespace Modular.Process.Tests;

/// <summary>The shop is killed while a receiver has its webhook and the shop has no answer yet.</summary>
public sealed class KilledWebhooksTests
{
    [Theory]
    [MemberData(nameof(Town.Stores), MemberType = typeof(Town))]
    public async Task A_shop_killed_between_sending_and_recording_sends_again_with_the_same_id_R13(string store)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var town = await Town.FoundAsync(store);
        var settings = new Dictionary<string, string?>
        {
            ["Modular__Jobs__Enabled"] = "true",
            ["Modular__Webhooks__erp__Url"] = receiver.Address.ToString(),
            ["Modular__Webhooks__erp__Secret"] = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        };
        var never = new TaskCompletionSource();
        receiver.Says = (_, _) => never.Task;
        await using (var shop = await town.StartShopAsync(settings))
        {
            await shop.PlaceOrderAsync();
            await Eventually.BecomesAsync(1, () => Task.FromResult(receiver.All.Count), TimeSpan.FromSeconds(30));
            await shop.KillAsync();
        }

        // As if its claim had run out, which takes half a minute.
        Assert.Equal("1", await town.ScalarAsync("UPDATE webhooks_deliveries SET next_attempt_at = created_at WHERE status = 'pending' AND attempts = 1 AND last_error IS NULL RETURNING 1"));
        receiver.Says = (context, _) => Receiver.AnswerAsync(context, 200);

        await using var restarted = await town.StartShopAsync(settings);
        await Eventually.BecomesAsync("2", () => town.ScalarAsync("SELECT attempts FROM webhooks_deliveries WHERE status = 'delivered'"), TimeSpan.FromSeconds(30));
        Assert.Equal(1, await town.CountAsync("webhooks_deliveries"));
        Assert.Equal(2, receiver.All.Count);
        Assert.Equal((receiver.All[0].Id, receiver.All[0].Body), (receiver.All[1].Id, receiver.All[1].Body));
        never.SetResult();
    }
}
