using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;
using Modular.Sandbox;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>Refunds and the account's log against the sandbox, which shares no code with the plugin.</summary>
public sealed class AgainstSandboxTests
{
    private static readonly string[] Log = ["account.page.query"];
    private static readonly DateOnly Day = DateOnly.FromDateTime(Keys.Now.ToOffset(TimeSpan.FromHours(8)).DateTime);

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task A_direct_refund_is_accepted_announced_asked_about_and_listed(Dialect dialect)
    {
        await using var live = await LiveGateway.StartAsync(dialect);
        var refund = await live.PaidAsync("P1", 36800);
        Assert.Equal(RefundState.NotFound, Assert.IsType<RefundAnswer.Known>(await live.AskAsync(refund)).Report.State);

        Assert.Equal(RefundState.Processing, Assert.IsType<RefundAnswer.Known>(await live.RefundAsync(refund)).Report.State);
        Assert.Equal(RefundState.Processing, Assert.IsType<RefundAnswer.Known>(await live.RefundAsync(refund)).Report.State);
        var report = Assert.Single(Assert.IsType<Verification.VerifiedRefund>(await live.NotificationAsync("P1", "batch_refund_notify")).Reports);
        Assert.Equal((refund.RefundNo, RefundState.Succeeded, refund.Amount), (report.RefundNo, report.State, report.Amount));

        // A part of the payment: the facts about the whole prove nothing, and while its day lasts the batch may be sent again, which is taken once.
        Assert.Equal(RefundState.NotFound, Assert.IsType<RefundAnswer.Known>(await live.AskAsync(refund)).Report.State);
        Assert.Equal(RefundState.Processing, Assert.IsType<RefundAnswer.Known>(await live.RefundAsync(refund)).Report.State);
        Assert.Equal(ReportedState.Paid, Assert.IsType<Verification.Verified>(await live.NotificationAsync("P1", "TRADE_SUCCESS")).Report.State);

        live.Time.Advance(TimeSpan.FromDays(1));
        Assert.IsType<RefundAnswer.Unknown>(await live.AskAsync(refund));
        var lines = await live.LinesAsync();
        Assert.Equal(
            [(StatementLineKind.Payment, "P1", null, 36800, 221), (StatementLineKind.Refund, "P1", refund.RefundNo, 6800, 0)],
            lines.Select(line => (line.Kind, line.PaymentNo, line.RefundNo, line.Amount.Minor, line.FeeMinor)));
    }

    [Fact]
    public async Task A_full_refund_is_proved_by_the_payment_and_one_of_somebody_else_proves_nothing()
    {
        await using var live = await LiveGateway.StartAsync(Dialect.Usual);
        var whole = await live.PaidAsync("P1", 6800);
        await live.RefundAsync(whole);
        Assert.Equal((RefundState.Succeeded, (Money?)Money.Cny(6800)), Assert.IsType<RefundAnswer.Known>(await live.AskAsync(whole)).Report is var done ? (done.State, done.Amount) : default);

        var part = await live.PaidAsync("P2", 36800, "01KAMX7V40ABCDEFGHJKMNPQRT");
        await live.ControlAsync("trades/P2/refund", new { amount = "68.00" });
        Assert.Equal(RefundState.NotFound, Assert.IsType<RefundAnswer.Known>(await live.AskAsync(part)).Report.State);
        live.Time.Advance(TimeSpan.FromDays(1));
        Assert.IsType<RefundAnswer.Unknown>(await live.AskAsync(part));
    }

    [Theory]
    [InlineData("REASON_TRADE_REFUND_FEE_ERR", true)]
    [InlineData("TRADE_STATUS_ERROR", false)]
    [InlineData("REFUND_DATE_ERROR", true)]
    public async Task What_the_gateway_refuses_is_rejected_with_its_code(string code, bool mayRetry)
    {
        await using var live = await LiveGateway.StartAsync(Dialect.Usual);
        var refund = await live.PaidAsync("P1", 36800);
        switch (code)
        {
            case "REASON_TRADE_REFUND_FEE_ERR":
                await live.ControlAsync("trades/P1/refund", new { amount = "300.01" });
                break;
            case "TRADE_STATUS_ERROR":
                await live.ControlAsync("trades/P1/finish");
                break;
            default:
                live.Time.Advance(TimeSpan.FromDays(1));
                break;
        }

        var rejected = Assert.IsType<RefundAnswer.Rejected>(await live.RefundAsync(refund));
        Assert.Equal((code, mayRetry), (rejected.Code, rejected.MayRetry));
    }

    [Fact]
    public async Task A_refund_that_is_worked_on_is_announced_when_it_ends()
    {
        await using var live = await LiveGateway.StartAsync(Dialect.Usual);
        var refund = await live.PaidAsync("P1", 36800);
        await live.FaultsAsync(new { trade = new { refundDelaySeconds = 60 } });
        Assert.IsType<RefundAnswer.Known>(await live.RefundAsync(refund));
        Assert.Equal(RefundState.NotFound, Assert.IsType<RefundAnswer.Known>(await live.AskAsync(refund)).Report.State);
        Assert.Equal(RefundState.Processing, Assert.IsType<RefundAnswer.Known>(await live.RefundAsync(refund)).Report.State);

        live.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(RefundState.Succeeded, Assert.Single(Assert.IsType<Verification.VerifiedRefund>(await live.NotificationAsync("P1", "batch_refund_notify")).Reports).State);
    }

    [Fact]
    public async Task The_pages_of_a_day_are_read_one_after_the_other()
    {
        await using var live = await LiveGateway.StartAsync(Dialect.Usual, ("AccountPageSize", "3"));
        for (var no = 1; no <= 7; no++)
        {
            await live.PaidAsync($"P{no}", 10000);
            live.Time.Advance(TimeSpan.FromSeconds(1));
        }

        live.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(Enumerable.Range(1, 7).Select(no => ($"P{no}", 60L)), (await live.LinesAsync()).Select(line => (line.PaymentNo, line.FeeMinor)));
    }

    [Theory]
    [InlineData("WrongSignature")]
    [InlineData("Html")]
    [InlineData("SystemError")]
    [InlineData("Http500")]
    public async Task A_spoilt_page_is_unknown(string kind)
    {
        await using var live = await LiveGateway.StartAsync(Dialect.Usual);
        await live.PaidAsync("P1", 36800);
        live.Time.Advance(TimeSpan.FromDays(1));
        await live.FaultsAsync(new { gateway = new[] { new { kind, methods = Log } } });
        Assert.IsType<StatementAnswer.Unknown>(await live.BillAsync());
    }

    /// <summary>The sandbox on a free port with one contract, and the plugin pointed at it; one clock for both.</summary>
    private sealed class LiveGateway : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly Dialect dialect;
        private readonly IPaymentProvider provider;
        private readonly HttpClient client = new();

        private LiveGateway(WebApplication app, FakeTimeProvider time, Dialect dialect)
        {
            (this.app, Time, this.dialect) = (app, time, dialect);
            client.BaseAddress = new Uri(app.Urls.First());
            var settings = Some.Settings(dialect, ("Gateway", app.Urls.First() + "/alipaydirect/gateway.do"), ("SellerId", null), ("Refund", "direct"));
            provider = new AlipayDirectPlugin().Create(new ProviderContext("alipay-direct", new ProviderSettings(settings), client, time));
        }

        public FakeTimeProvider Time { get; }

        public static async Task<LiveGateway> StartAsync(Dialect dialect, params (string Name, string Value)[] options)
        {
            const string Merchant = "Sandbox:AlipayDirect:Merchants:a:";
            var time = new FakeTimeProvider(Keys.Now);
            var app = SandboxApp.Create([], builder =>
            {
                builder.WebHost.UseUrls("http://127.0.0.1:0");
                builder.Logging.SetMinimumLevel(LogLevel.Error);
                builder.Services.AddSingleton<TimeProvider>(time);
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
                {
                    [Merchant + "Partner"] = Some.Partner,
                    [Merchant + "Key"] = Keys.Md5,
                    [Merchant + "MerchantPublicKey"] = Keys.Shop.ExportSubjectPublicKeyInfoPem(),
                    [Merchant + "AlipayPrivateKey"] = Keys.Alipay.ExportPkcs8PrivateKeyPem(),
                });
                builder.Configuration.AddInMemoryCollection(options.Select(option => KeyValuePair.Create($"Sandbox:AlipayDirect:{option.Name}", (string?)option.Value)));
            });
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new LiveGateway(app, time, dialect);
        }

        /// <summary>A payment that the shopper has made, and a refund of 68 yuan of it.</summary>
        public async Task<RefundRequest> PaidAsync(string paymentNo, long fen, string refundNo = Some.RefundNo)
        {
            var start = Some.Start() with { PaymentNo = paymentNo, Amount = Money.Cny(fen), NotifyUrl = new Uri("http://127.0.0.1:9/notify"), CreatedAt = Time.GetUtcNow(), ExpiresAt = Time.GetUtcNow().AddHours(1) };
            var form = (PaymentAction.Form)Assert.IsType<StartAnswer.Started>(await provider.StartAsync(start, TestContext.Current.CancellationToken)).Action;
            using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(Alipay.Encode(form.Fields, dialect)));
            content.Headers.ContentType = new("application/x-www-form-urlencoded");
            using var page = await client.PostAsync(form.Url, content, TestContext.Current.CancellationToken);
            Assert.True(page.IsSuccessStatusCode);
            var trade = await ControlAsync($"trades/{paymentNo}/pay");
            return Some.Refund() with
            {
                RefundNo = refundNo,
                Payment = new PaymentReference(paymentNo, trade["trade"]!["tradeNo"]!.GetValue<string>(), Time.GetUtcNow()),
                PaymentAmount = Money.Cny(fen),
                NotifyUrl = start.NotifyUrl,
                CreatedAt = Time.GetUtcNow(),
            };
        }

        public Task<RefundAnswer> RefundAsync(RefundRequest request) => ((IRefundingProvider)provider).RefundAsync(request, TestContext.Current.CancellationToken);

        public Task<RefundAnswer> AskAsync(RefundRequest request) => ((IRefundingProvider)provider).QueryRefundAsync(request.Reference, TestContext.Current.CancellationToken);

        public Task<StatementAnswer> BillAsync() => ((IStatementProvider)provider).FetchStatementAsync(Day, TestContext.Current.CancellationToken);

        public async Task<List<StatementLine>> LinesAsync()
        {
            var lines = new List<StatementLine>();
            await foreach (var line in Assert.IsType<StatementAnswer.Ready>(await BillAsync()).Lines)
            {
                lines.Add(line);
            }

            return lines;
        }

        public async Task<JsonNode> ControlAsync(string path, object? body = null)
        {
            using var response = await client.PostAsJsonAsync("/sandbox/" + path, body ?? new { }, TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            return (await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
        }

        public async Task FaultsAsync(object sheet)
        {
            using var response = await client.PutAsJsonAsync("/sandbox/faults", sheet, TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            await app.DisposeAsync();
        }

        /// <summary>What the plugin makes of the newest notification of a kind, as the gateway signs and confirms it.</summary>
        public async Task<Verification> NotificationAsync(string paymentNo, string news)
        {
            var all = await client.GetFromJsonAsync<JsonArray>($"/sandbox/notifications?outTradeNo={paymentNo}", TestContext.Current.CancellationToken);
            var fields = all!.Select(one => one!["fields"]!.AsObject().ToDictionary(field => field.Key, field => field.Value!.GetValue<string>()))
                .Last(one => one["notify_type"] == news || one.GetValueOrDefault("trade_status") == news);
            fields["notify_time"] = "2026-11-22 12:31:00";
            return await provider.VerifyNotificationAsync(Some.Notify(Alipay.Signed(fields, dialect)), TestContext.Current.CancellationToken);
        }
    }
}
