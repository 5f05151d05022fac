using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Modular.Kernel.Data;
using Modular.Kernel.Outbox;
using Modular.Testing;
using Modular.Testing.Hosting;
using Modular.Tests.Support;
using Modular.Webhooks;

namespace Modular.Tests.Webhooks;

/// <summary>What happens in the shop reaches the merchant's other systems, once each and signed, whatever they answer.</summary>
public sealed class WebhookTests
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    private static readonly byte[] SecretBytes = "0123456789abcdef0123456789abcdef"u8.ToArray();

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task What_is_sent_is_accepted_by_the_specification_s_own_library_and_nothing_else_is(string store)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await StartAsync(store, receiver, events: null);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        Assert.Equal(200, (await shop.NotifyAsync(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")))).Status);

        await SweepAsync(shop);

        Assert.Equal(["order.paid", "order.placed"], receiver.All.Select(message => message.Type).Order());
        foreach (var message in receiver.All)
        {
            var answer = await AskAsync(shop, message, message.Body);
            Assert.True((bool)answer["accepted"]!, answer.ToJsonString());
            Assert.Equal(orderNo, (string)answer["payload"]!["data"]!["orderNo"]!);
            Assert.EndsWith("Z", (string)answer["payload"]!["timestamp"]!, StringComparison.Ordinal);
            Assert.False((bool)(await AskAsync(shop, message, message.Body.Replace(orderNo, orderNo[..^1] + "-", StringComparison.Ordinal)))["accepted"]!);
        }

        Assert.Equal(2, receiver.All.Select(message => message.Id).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R13_an_event_that_is_dispatched_twice_is_delivered_once(string store)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await StartAsync(store, receiver);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);

        Assert.Equal("1", await shop.ScalarAsync("UPDATE kernel_outbox SET due_at = created_at RETURNING 1"));
        Assert.Equal(1, await shop.SendAsync(new DispatchEvents()));
        await shop.SendAsync(new SendDeliveries.Command());

        Assert.Equal("1", await shop.ScalarAsync("SELECT COUNT(*) FROM webhooks_deliveries"));
        Assert.Single(receiver.All);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_retry_keeps_id_and_body_and_is_signed_anew(string store)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Says = (context, _) => Receiver.AnswerAsync(context, receiver.All.Count == 1 ? 503 : 204);
        await using var shop = await StartAsync(store, receiver);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);

        shop.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(1, await shop.SendAsync(new SendDeliveries.Command()));

        var (first, second) = (receiver.All[0], receiver.All[1]);
        Assert.Equal((first.Id, first.Body), (second.Id, second.Body));
        Assert.True(long.Parse(second.Timestamp, CultureInfo.InvariantCulture) >= long.Parse(first.Timestamp, CultureInfo.InvariantCulture) + 6);
        Assert.All(receiver.All, message => Assert.Equal(Expected(message), message.Signature));
        Assert.Equal(("delivered", 2, 204), await OnlyAsync(shop));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_receiver_that_hangs_holds_up_neither_the_other_nor_the_events_and_is_tried_again(string store)
    {
        await using var hanging = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        var release = new TaskCompletionSource();
        hanging.Says = (_, _) => release.Task;
        await using var shop = await StartAsync(store, hanging, "order.placed", options => options with { TryBudget = TimeSpan.FromSeconds(3) }, null, ("Modular:Webhooks:b:Url", other.Address.ToString()), ("Modular:Webhooks:b:Secret", Secret));

        for (var order = 0; order < 12; order++)
        {
            await shop.PlaceOrderAsync();
        }

        Assert.Equal(12, await shop.SendAsync(new DispatchEvents()));
        await shop.SendAsync(new SendDeliveries.Command(TimeSpan.Zero));
        await Eventually.BecomesAsync(12, () => Task.FromResult(other.All.Count));
        await Eventually.BecomesAsync(true, () => Task.FromResult(hanging.All.Count > 0));

        // While the one still hangs, a later event reaches the other.
        await shop.PlaceOrderAsync();
        Assert.Equal(1, await shop.SendAsync(new DispatchEvents()));
        await Eventually.BecomesAsync(13, async () =>
        {
            await shop.SendAsync(new SendDeliveries.Command(TimeSpan.Zero));
            return other.All.Count;
        });
        Assert.Equal("0", await shop.ScalarAsync("SELECT COUNT(*) FROM webhooks_deliveries WHERE endpoint = 'a' AND status = 'delivered'"));

        await Eventually.BecomesAsync("13", () => shop.ScalarAsync("SELECT COUNT(*) FROM webhooks_deliveries WHERE endpoint = 'a' AND last_error = 'timeout' AND status = 'pending'"), TimeSpan.FromSeconds(60));
        release.SetResult();
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task An_answer_without_end_is_read_at_its_beginning_only(string store)
    {
        await using var receiver = await Receiver.StartAsync();
        var brokenOff = new TaskCompletionSource<bool>();
        receiver.Says = async (context, _) =>
        {
            var chunk = Encoding.ASCII.GetBytes("\u0007<b>&\n" + new string(' ', 65_530));
            try
            {
                for (var sent = 0L; sent < 1L << 30; sent += chunk.Length)
                {
                    await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                }

                // Writing to a connection that was broken off succeeds until the news of it arrives, which it does soon or not at all.
                var aborted = new TaskCompletionSource();
                await using var registration = context.RequestAborted.Register(aborted.SetResult);
                brokenOff.SetResult(await Task.WhenAny(aborted.Task, Task.Delay(TimeSpan.FromSeconds(10), CancellationToken.None)) == aborted.Task);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                brokenOff.SetResult(true);
            }
        };
        await using var shop = await StartAsync(store, receiver);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);

        Assert.True(await brokenOff.Task);
        Assert.Equal(("delivered", 1, 200), await OnlyAsync(shop));
        Assert.Equal("<b>&", Assert.Single((await ListAsync(shop)).Deliveries).LastAnswer);
    }

    [Theory]
    [InlineData(Stores.PostgreSql, 301)]
    [InlineData(Stores.PostgreSql, 302)]
    [InlineData(Stores.Sqlite, 307)]
    [InlineData(Stores.Sqlite, 308)]
    public async Task A_redirect_is_a_failure_and_is_never_followed(string store, int status)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var inside = await Receiver.StartAsync();
        receiver.Says = (context, _) =>
        {
            context.Response.Headers.Location = receiver.All.Count == 1 ? inside.Address.ToString() : "http://169.254.169.254/latest/meta-data/";
            return Receiver.AnswerAsync(context, status);
        };
        await using var shop = await StartAsync(store, receiver);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);
        shop.Clock.Advance(TimeSpan.FromSeconds(6));
        await shop.SendAsync(new SendDeliveries.Command());

        Assert.Equal(("pending", 2, status), await OnlyAsync(shop));
        Assert.Equal("redirect", Assert.Single((await ListAsync(shop)).Deliveries).LastError);
        Assert.Empty(inside.All);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task A_receiver_that_fails_for_three_days_and_heals_gets_its_event_with_the_first_id(string store)
    {
        TimeSpan[] waits = [TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24)];
        await using var receiver = await Receiver.StartAsync();
        receiver.Says = (context, _) => Receiver.AnswerAsync(context, receiver.All.Count <= waits.Length ? 500 : 200);
        await using var shop = await StartAsync(store, receiver);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);
        foreach (var wait in waits)
        {
            // The clock runs on meanwhile, by less than this; the first wait is too short to look before it is over.
            var before = wait < TimeSpan.FromMinutes(1) ? wait : TimeSpan.FromMinutes(1);
            shop.Clock.Advance(wait - before);
            if (before < wait)
            {
                Assert.Equal(0, await shop.SendAsync(new SendDeliveries.Command()));
            }

            shop.Clock.Advance(before);
            Assert.Equal(1, await shop.SendAsync(new SendDeliveries.Command()));
        }

        Assert.Equal(("delivered", 10, 200), await OnlyAsync(shop));
        Assert.Single(receiver.All.Select(message => message.Id).Distinct());
    }

    [Fact]
    public async Task After_the_last_wait_a_delivery_is_given_up_and_an_operator_can_send_it_again()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Says = (context, _) => Receiver.AnswerAsync(context, 500);
        await using var shop = await StartAsync(Stores.Sqlite, receiver);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);
        for (var time = 0; time < 9; time++)
        {
            shop.Clock.Advance(TimeSpan.FromHours(25));
            Assert.Equal(1, await shop.SendAsync(new SendDeliveries.Command()));
        }

        Assert.Equal(("given_up", 10, 500), await OnlyAsync(shop));
        shop.Clock.Advance(TimeSpan.FromDays(7));
        Assert.Equal(0, await shop.SendAsync(new SendDeliveries.Command()));

        receiver.Says = (context, _) => Receiver.AnswerAsync(context, 200);
        var id = Assert.Single((await ListAsync(shop)).Deliveries).Id;
        Assert.Equal(ResendDelivery.Outcome.Queued, await shop.SendAsync(new ResendDelivery.Command(id, 10, "olivia")));
        await shop.SendAsync(new SendDeliveries.Command());
        Assert.Equal(("delivered", 11, 200), await OnlyAsync(shop));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task R13_a_shop_that_ends_between_sending_and_recording_sends_again_with_the_same_id(string store)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var surroundings = await StartAsync(store, receiver);
        var first = await StartAsync(store, receiver, beside: surroundings);
        var never = new TaskCompletionSource();
        receiver.Says = (_, _) => never.Task;
        await first.PlaceOrderAsync();
        await first.SendAsync(new DispatchEvents());
        await first.SendAsync(new SendDeliveries.Command(TimeSpan.Zero));
        await Eventually.BecomesAsync(1, () => Task.FromResult(receiver.All.Count));
        await first.DisposeAsync();
        Assert.Equal("1", await surroundings.ScalarAsync("SELECT COUNT(*) FROM webhooks_deliveries WHERE status = 'pending' AND attempts = 1 AND last_status IS NULL AND last_error IS NULL"));

        receiver.Says = (context, _) => Receiver.AnswerAsync(context, 200);
        Assert.Equal(0, await surroundings.SendAsync(new SendDeliveries.Command()));
        surroundings.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await surroundings.SendAsync(new SendDeliveries.Command()));

        Assert.Equal(2, receiver.All.Count);
        Assert.Equal((receiver.All[0].Id, receiver.All[0].Body), (receiver.All[1].Id, receiver.All[1].Body));
        never.SetResult();
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Gone_pauses_the_endpoint_alone_and_what_waits_goes_out_when_it_is_resumed(string store)
    {
        await using var gone = await Receiver.StartAsync();
        await using var other = await Receiver.StartAsync();
        gone.Says = (context, _) => Receiver.AnswerAsync(context, 410);
        await using var shop = await StartAsync(store, gone, settings: [("Modular:Webhooks:b:Url", other.Address.ToString()), ("Modular:Webhooks:b:Secret", Secret)]);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);
        shop.Clock.Advance(TimeSpan.FromMinutes(10));
        await shop.SendAsync(new SendDeliveries.Command());
        Assert.Equal((1, 2), (gone.All.Count, other.All.Count));
        var view = (await shop.SendAsync(new ListEndpoints.Query()))[0];
        Assert.Equal(("a", true, null, 2), (view.Name, view.PausedAt is not null, view.PausedBy, view.Waiting));

        gone.Says = (context, _) => Receiver.AnswerAsync(context, 200);
        Assert.Equal(PauseEndpoint.Outcome.Resumed, await shop.SendAsync(new PauseEndpoint.Command("a", "olivia", Pause: false)));
        await shop.SendAsync(new SendDeliveries.Command());
        Assert.Equal((3, 2), (gone.All.Count, gone.All.Select(message => message.Id).Distinct().Count()));
    }

    [Theory]
    [InlineData("600", 600)]
    [InlineData("1", 5)]
    [InlineData("-5", 5)]
    [InlineData("999999999", 86400)]
    [InlineData("Wed, 21 Oct 2099 07:28:00 GMT", 86400)]
    [InlineData("Wed, 21 Oct 2015 07:28:00 GMT", 5)]
    [InlineData("soon", 5)]
    public async Task A_receiver_may_ask_for_a_longer_wait_up_to_a_day_and_not_for_a_shorter_one(string retryAfter, int seconds)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Says = (context, _) =>
        {
            context.Response.Headers.RetryAfter = retryAfter;
            return Receiver.AnswerAsync(context, 429);
        };
        await using var shop = await StartAsync(Stores.Sqlite, receiver);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);

        var delivery = Assert.Single((await ListAsync(shop)).Deliveries);
        Assert.InRange((delivery.NextAttemptAt!.Value - shop.Clock.GetUtcNow()).TotalSeconds, seconds - 60, seconds);
        Assert.True(delivery.NextAttemptAt >= delivery.LastAttemptAt!.Value.AddSeconds(seconds));
    }

    [Theory]
    [InlineData("Secret", null, "Modular:Webhooks:bad:Secret is missing")]
    [InlineData("Secret", "short", "Modular:Webhooks:bad:Secret is not")]
    [InlineData("Secret", "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM=", "Modular:Webhooks:bad:Secret is not")]
    [InlineData("Secret", "not base64 at all, is it really not?", "Modular:Webhooks:bad:Secret is not")]
    [InlineData("Url", null, "Modular:Webhooks:bad:Url is missing")]
    [InlineData("Url", "ftp://canary-host/x", "Modular:Webhooks:bad:Url is no absolute http(s) address")]
    [InlineData("Url", "http://canary-user:canary-word@127.0.0.1/", "Modular:Webhooks:bad:Url must not hold a user")]
    [InlineData("Events", "order.placed,order.lost", "Modular:Webhooks:bad:Events names 'order.lost'")]
    public async Task A_wrong_setting_puts_its_endpoint_alone_out_of_service_and_its_events_wait_until_it_is_mended(string setting, string? value, string problem)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var mended = await Receiver.StartAsync();
        (string, string?)[] good = [("Modular:Webhooks:bad:Url", mended.Address.ToString()), ("Modular:Webhooks:bad:Secret", Secret)];
        await using var shop = await StartAsync(Stores.Sqlite, receiver, settings: [.. good, ($"Modular:Webhooks:bad:{setting}", value)]);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);

        Assert.Single(receiver.All);
        Assert.Empty(mended.All);
        Assert.Contains(shop.Log.Lines, line => line.Contains(problem, StringComparison.Ordinal));
        Assert.DoesNotContain(shop.Log.Lines, line => line.Contains("canary", StringComparison.Ordinal));
        var health = await shop.Web.GetTextAsync("/health/ready");
        Assert.Contains(problem, health.Json["checks"]!["webhooks"]!["data"]!["bad"]!.GetValue<string>(), StringComparison.Ordinal);

        await using var later = await StartAsync(Stores.Sqlite, receiver, settings: good, beside: shop);
        await later.SendAsync(new SendDeliveries.Command());
        Assert.Single(mended.All);
        Assert.Single(receiver.All);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Operators_pause_resume_and_resend_on_the_pages_and_clicking_twice_does_it_once(string store)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await StartAsync(store, receiver);
        var orderNo = await shop.PlaceOrderAsync();
        await SweepAsync(shop);
        var id = Assert.Single((await ListAsync(shop)).Deliveries).Id;
        using var olivia = await OperatorBrowser.SignInAsync(shop);

        var page = await olivia.Client.GetTextAsync($"/ops/webhooks?status=delivered&orderNo={orderNo}");
        Assert.Contains($"data-delivery=\"{id}\"", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("data-delivery", (await olivia.Client.GetTextAsync("/ops/webhooks?status=given_up")).Text, StringComparison.Ordinal);

        // Twice the same page's button, as a double click does.
        var again = $"/ops/webhooks/{id}";
        Assert.Equal($"{again}?result=queued", (await olivia.SubmitAsync(again, again, ("attempts", "1"))).Location);
        await shop.SendAsync(new SendDeliveries.Command());
        Assert.Equal($"{again}?result=already_under_way", (await olivia.SubmitAsync(again, again, ("attempts", "1"))).Location);
        await shop.SendAsync(new SendDeliveries.Command());
        Assert.Equal(2, receiver.All.Count);
        Assert.Single(receiver.All.Select(message => message.Id).Distinct());

        for (var click = 0; click < 2; click++)
        {
            Assert.Equal("/ops/webhooks?result=paused", (await olivia.SubmitAsync("/ops/webhooks", "/ops/webhooks?handler=pause", ("endpoint", "a"))).Location);
        }

        await shop.PlaceOrderAsync();
        await SweepAsync(shop);
        Assert.Equal(2, receiver.All.Count);
        Assert.Contains("data-state=\"paused\"", (await olivia.Client.GetTextAsync("/ops/webhooks")).Text, StringComparison.Ordinal);
        Assert.Equal("/ops/webhooks?result=resumed", (await olivia.SubmitAsync("/ops/webhooks", "/ops/webhooks?handler=resume", ("endpoint", "a"))).Location);
        await shop.SendAsync(new SendDeliveries.Command());
        Assert.Equal(3, receiver.All.Count);

        // Who, in which role, did what to which of them, and what came of it.
        var trail = await shop.ReadAsync(async db => string.Join(' ', await db.ReadColumnAsync<string>(
            "SELECT who || '/' || role || '/' || what || '/' || subject || '/' || outcome FROM kernel_audit_trail ORDER BY id", [], TestContext.Current.CancellationToken)));
        Assert.Equal(
            $"olivia/operator/delivery_resent/{id}/queued olivia/operator/delivery_resent/{id}/already_under_way "
            + "olivia/operator/webhook_paused/a/paused olivia/operator/webhook_paused/a/paused olivia/operator/webhook_resumed/a/resumed",
            trail);
    }

    [Fact]
    public async Task Who_only_looks_or_brings_no_token_changes_nothing()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await StartAsync(Stores.Sqlite, receiver);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);
        var delivery = Assert.Single((await ListAsync(shop)).Deliveries);
        using var victor = await OperatorBrowser.SignInAsync(shop, OperatorBrowser.Viewer);
        using var olivia = await OperatorBrowser.SignInAsync(shop);

        Assert.Equal(200, (await victor.Client.GetTextAsync("/ops/webhooks")).Status);
        Assert.DoesNotContain("data-action", (await victor.Client.GetTextAsync("/ops/webhooks")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("send-again", (await victor.Client.GetTextAsync($"/ops/webhooks/{delivery.Id}")).Text, StringComparison.Ordinal);
        foreach (var (path, fields) in new[] { ($"/ops/webhooks/{delivery.Id}", ("attempts", "1")), ("/ops/webhooks?handler=pause", ("endpoint", "a")) })
        {
            Assert.Equal(403, (await victor.SubmitAsync("/ops", path, fields)).Status);
            Assert.Equal(400, (await olivia.PostAsync(path, fields)).Status);
        }

        Assert.Null((await shop.SendAsync(new ListEndpoints.Query()))[0].PausedAt);
        Assert.Equal("delivered", Assert.Single((await ListAsync(shop)).Deliveries).Status);
        Assert.Equal(404, (await olivia.SubmitAsync("/ops/webhooks", "/ops/webhooks?handler=pause", ("endpoint", "nobody"))).Status);
        Assert.Equal(404, (await olivia.Client.GetTextAsync("/ops/webhooks/999999")).Status);
        Assert.Equal("0", await shop.ScalarAsync("SELECT COUNT(*) FROM kernel_audit_trail"));
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task P09_neither_the_secret_nor_a_signature_stands_in_a_page_a_log_line_or_the_database_even_when_the_receiver_echoes_it(string store)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Says = (context, message) => Receiver.AnswerAsync(context, 400, $"you sent {message.Signature} with {Secret} to {context.Request.QueryString}");
        await using var shop = await StartAsync(store, receiver, settings: [("Modular:Webhooks:a:Url", new Uri(receiver.Address, "/hook/canary-path?token=canary-token").ToString())]);
        await shop.PlaceOrderAsync();
        await SweepAsync(shop);
        var delivery = Assert.Single((await ListAsync(shop)).Deliveries);
        Assert.StartsWith("you sent v1,", delivery.LastAnswer, StringComparison.Ordinal);

        using var olivia = await OperatorBrowser.SignInAsync(shop);
        var written = new StringBuilder().AppendJoin('\n', shop.Log.Lines)
            .Append(await shop.ReadAsync(async db => string.Join('\n', await db.ReadColumnAsync<string>(
                "SELECT body || COALESCE(last_answer, '') || COALESCE(last_error, '') || endpoint FROM webhooks_deliveries", [], TestContext.Current.CancellationToken))));
        foreach (var path in new[] { "/ops", "/ops/webhooks", $"/ops/webhooks/{delivery.Id}" })
        {
            var page = await olivia.Client.GetTextAsync(path);
            Assert.Equal(200, page.Status);
            written.Append(System.Net.WebUtility.HtmlDecode(page.Text));
        }

        written.Append((await shop.Api.GetTextAsync("/api/webhooks/deliveries")).Text).Append((await shop.Web.GetTextAsync("/health/ready")).Text);
        var all = written.ToString();
        Assert.Contains(delivery.MessageId, all, StringComparison.Ordinal);
        Assert.DoesNotContain(receiver.All[0].Signature["v1,".Length..][..20], all, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret["whsec_".Length..][..20], all, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-path", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliveries_are_listed_in_the_api_and_forgotten_when_their_time_is_over()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var shop = await StartAsync(Stores.PostgreSql, receiver, settings: [("Modular:Webhooks:Retention", "10.00:00:00")]);
        var orderNo = await shop.PlaceOrderAsync();
        await SweepAsync(shop);

        var listed = await shop.Api.GetTextAsync($"/api/webhooks/deliveries?endpoint=a&status=delivered&orderNo={orderNo}");
        Assert.Equal(receiver.All[0].Id, (string)listed.Json["deliveries"]![0]!["messageId"]!);
        Assert.Empty((await shop.Api.GetTextAsync("/api/webhooks/deliveries?endpoint=b")).Json["deliveries"]!.AsArray());
        Assert.Equal((400, "invalid_status"), (await shop.Api.GetTextAsync("/api/webhooks/deliveries?status=x") is var bad ? (bad.Status, bad.Code!) : default));
        Assert.Equal(401, (await shop.Web.GetTextAsync("/api/webhooks/deliveries")).Status);

        shop.Clock.Advance(TimeSpan.FromDays(9));
        Assert.Equal(0, await shop.SendAsync(new ForgetDeliveries.Command()));
        shop.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await shop.SendAsync(new ForgetDeliveries.Command()));
        Assert.Empty((await ListAsync(shop)).Deliveries);
    }

    private static string Expected(Received message) => "v1," + Convert.ToBase64String(
        HMACSHA256.HashData(SecretBytes, Encoding.UTF8.GetBytes($"{message.Id}.{message.Timestamp}.{message.Body}")));

    private static Task<System.Text.Json.Nodes.JsonNode> AskAsync(TestShop shop, Received message, string body) => IndependentParty.AskAsync(
        "standard-webhooks.mjs",
        new
        {
            secret = Secret,
            body,
            now = shop.Clock.GetUtcNow(),
            headers = new Dictionary<string, string> { ["webhook-id"] = message.Id, ["webhook-timestamp"] = message.Timestamp, ["webhook-signature"] = message.Signature },
        },
        TestContext.Current.CancellationToken);

    /// <summary>Everything that happened becomes deliveries, and what is due is sent.</summary>
    private static async Task SweepAsync(TestShop shop)
    {
        await shop.SendAsync(new DispatchEvents());
        await shop.SendAsync(new SendDeliveries.Command());
    }

    private static Task<ListDeliveries.Page> ListAsync(TestShop shop) => shop.SendAsync(new ListDeliveries.Query());

    private static async Task<(string Status, int Attempts, int? LastStatus)> OnlyAsync(TestShop shop)
    {
        var delivery = Assert.Single((await ListAsync(shop)).Deliveries);
        return (delivery.Status, delivery.Attempts, delivery.LastStatus);
    }

    private static Task<TestShop> StartAsync(
        string store, Receiver receiver, string? events = "order.placed", Func<WebhookOptions, WebhookOptions>? change = null, TestShop? beside = null, params (string Name, string? Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Modular:Webhooks:a:Url"] = receiver.Address.ToString(),
            ["Modular:Webhooks:a:Secret"] = Secret,
            ["Modular:Webhooks:a:Events"] = events,
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return TestShop.StartAsync(new TestShopOptions { Store = store, Settings = all, Beside = beside, Configure = Replaced<WebhookOptions>.By(change ?? (options => options)) });
    }
}
