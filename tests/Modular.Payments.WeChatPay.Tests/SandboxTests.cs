using System.Net.Http.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;
using Modular.Sandbox;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>The plugin and the sandbox, which share no code, over HTTP: refunds and bills from end to end.</summary>
public sealed class SandboxTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2026, 11, 22);

    private readonly FakeTimeProvider time = Some.Clock();
    private readonly Channel<RawRequest> notified = Channel.CreateUnbounded<RawRequest>();
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private WebApplication sandbox = null!;
    private WebApplication listener = null!;
    private IPaymentProvider provider = null!;

    private IRefundingProvider Refunding => (IRefundingProvider)provider;

    public async ValueTask InitializeAsync()
    {
        sandbox = SandboxApp.Create([], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Sandbox:WeChat:Merchants:a:MchId"] = Some.MchId,
                ["Sandbox:WeChat:Merchants:a:AppId"] = Some.AppId,
                ["Sandbox:WeChat:Merchants:a:ApiV3Key"] = Some.ApiV3Key,
                ["Sandbox:WeChat:Merchants:a:MerchantSerialNo"] = Some.MerchantSerialNo,
                ["Sandbox:WeChat:Merchants:a:MerchantPublicKey"] = Keys.Merchant.ExportSubjectPublicKeyInfoPem(),
            });
        });
        await sandbox.StartAsync();
        var settings = Some.CertificateModeSettings();
        settings["BaseUrl"] = sandbox.Urls.First();
        provider = new WeChatPayPlugin().Create(new ProviderContext("wechat", new ProviderSettings(settings), http, time));

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        listener = builder.Build();
        listener.MapPost("/notify", ReceiveAsync);
        await listener.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await listener.DisposeAsync();
        await sandbox.DisposeAsync();
    }

    [Fact]
    public async Task A_refund_is_accepted_then_done_and_told_of()
    {
        await PaidAsync();
        Assert.Equal(RefundState.Processing, (await KnownAsync(Refunding.RefundAsync(Request(), Token))).State);
        time.Advance(TimeSpan.FromSeconds(5));
        var verified = Assert.IsType<Verification.VerifiedRefund>(await provider.VerifyNotificationAsync(await NextAsync(), Token));
        var told = Assert.Single(verified.Reports);
        Assert.Equal((RefundState.Succeeded, "R20261122000001", Some.PaymentNo, Money.Cny(800)), (told.State, told.RefundNo, told.PaymentNo, told.Amount));
        Assert.Equal(time.GetUtcNow(), told.RefundedAt);
        var asked = await KnownAsync(Refunding.QueryRefundAsync(Request().Reference, Token));
        Assert.Equal((RefundState.Succeeded, told.ProviderRefundNo), (asked.State, asked.ProviderRefundNo));
        Assert.Equal(told.ProviderRefundNo, (await KnownAsync(Refunding.RefundAsync(Request(), Token))).ProviderRefundNo);
        Assert.Equal(ReportedState.Paid, Assert.IsType<QueryAnswer.Known>(await provider.QueryAsync(Some.Reference(), Token)).Report.State);
    }

    [Theory]
    [InlineData("ABNORMAL", RefundState.Abnormal)]
    [InlineData("CLOSED", RefundState.Failed)]
    public async Task C07_a_refund_that_ends_badly_is_reported_as_such(string outcome, RefundState expected)
    {
        await PaidAsync();
        await FaultsAsync(new { trade = new { refundOutcome = outcome } });
        await Refunding.RefundAsync(Request(), Token);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(expected, Assert.IsType<Verification.VerifiedRefund>(await provider.VerifyNotificationAsync(await NextAsync(), Token)).Reports[0].State);
        Assert.Equal(expected, (await KnownAsync(Refunding.QueryRefundAsync(Request().Reference, Token))).State);
    }

    [Fact]
    public async Task Refusals_say_what_to_do_and_what_is_unsure_stays_unknown()
    {
        await PaidAsync();
        Assert.Equal(RefundState.NotFound, (await KnownAsync(Refunding.QueryRefundAsync(Request().Reference, Token))).State);
        await FaultsAsync(new { trade = new { refundRefusal = "NOT_ENOUGH" } });
        Assert.True(Assert.IsType<RefundAnswer.Rejected>(await Refunding.RefundAsync(Request(), Token)).MayRetry);
        await FaultsAsync(new { trade = new { refundRefusal = "USER_ACCOUNT_ABNORMAL" } });
        Assert.False(Assert.IsType<RefundAnswer.Rejected>(await Refunding.RefundAsync(Request(), Token)).MayRetry);
        await FaultsAsync(new { gateway = new[] { new { kind = "SystemError", times = 1, afterWork = true } } });
        Assert.IsType<RefundAnswer.Unknown>(await Refunding.RefundAsync(Request(), Token));
        Assert.Equal(RefundState.Processing, (await KnownAsync(Refunding.RefundAsync(Request(), Token))).State);

        // Other terms for a known number: the refund that exists is told, and the host sees that it is another.
        Assert.Equal(Money.Cny(800), (await KnownAsync(Refunding.RefundAsync(Request() with { Amount = Money.Cny(801) }, Token))).Amount);
        Assert.IsType<RefundAnswer.Unknown>(await Refunding.RefundAsync(Request() with { RefundNo = "R20261122000002" }, Token));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<RefundAnswer.Rejected>(await Refunding.RefundAsync(Request() with { RefundNo = "R20261122000003", Amount = Money.Cny(36001) }, Token));
    }

    [Fact]
    public async Task The_bill_of_a_day_has_its_payments_and_refunds()
    {
        await PaidAsync();
        await Refunding.RefundAsync(Request(), Token);
        time.Advance(TimeSpan.FromHours(12));
        Assert.IsType<StatementAnswer.NotReady>(await FetchAsync(Day));
        time.Advance(TimeSpan.FromHours(10));
        Assert.IsType<StatementAnswer.Empty>(await FetchAsync(Day.AddDays(-1)));
        var lines = await LinesAsync();
        Assert.Equal([(StatementLineKind.Payment, 36800L, 221L), (StatementLineKind.Refund, 800L, -5L)], lines.Select(line => (line.Kind, line.Amount.Minor, line.FeeMinor)));
        Assert.Equal((Some.PaymentNo, "R20261122000001", Keys.Now, true), (lines[1].PaymentNo, lines[1].RefundNo, lines[1].At, lines[1].IsDone));
    }

    [Fact]
    public async Task L07_X03_X09_X10_a_spoilt_bill_is_refused()
    {
        await PaidAsync();
        await FaultsAsync(new { weChatBill = new { ready = true, hashOfFile = true } });
        time.Advance(TimeSpan.FromHours(22));
        Assert.Single(await LinesAsync());
        foreach (var (fault, named) in new (object, string)[]
        {
            (new { ready = true, wrongHash = true }, "hash"),
            (new { ready = true, bomb = true }, "more than"),
            (new { ready = true, missingColumn = "订单金额" }, "订单金额"),
            (new { ready = true, wrongTotals = true }, "总交易单数"),
        })
        {
            await FaultsAsync(new { weChatBill = fault });
            Assert.Contains(named, (await Assert.ThrowsAsync<StatementException>(LinesAsync)).Message, StringComparison.Ordinal);
        }

        foreach (var fault in new object[] { new { ready = true, host = "https://169.254.169.254" }, new { ready = true, redirectTo = "https://169.254.169.254" } })
        {
            await FaultsAsync(new { weChatBill = fault });
            Assert.IsType<StatementAnswer.Unknown>(await FetchAsync(Day));
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RefundRequest Request() => Some.RefundRequest() with { NotifyUrl = new Uri(listener.Urls.First() + "/notify") };

    private async Task PaidAsync()
    {
        var start = Some.Start(PaymentScene.Qr) with { NotifyUrl = new Uri("http://127.0.0.1:9/notify") };
        Assert.IsType<StartAnswer.Started>(await provider.StartAsync(start, Token));
        (await http.PostAsync(new Uri($"{sandbox.Urls.First()}/sandbox/trades/{Some.PaymentNo}/pay"), null, Token)).EnsureSuccessStatusCode();
    }

    private async Task FaultsAsync(object faults)
    {
        using var response = await http.PutAsJsonAsync(sandbox.Urls.First() + "/sandbox/faults", faults, Token);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    private async Task<RawRequest> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        return await notified.Reader.ReadAsync(limit.Token);
    }

    private async Task<StatementAnswer> FetchAsync(DateOnly day) => await ((IStatementProvider)provider).FetchStatementAsync(day, Token);

    private async Task<List<StatementLine>> LinesAsync()
    {
        var lines = new List<StatementLine>();
        await foreach (var line in Assert.IsType<StatementAnswer.Ready>(await FetchAsync(Day)).Lines.WithCancellation(Token))
        {
            lines.Add(line);
        }

        return lines;
    }

    private static async Task<RefundReport> KnownAsync(Task<RefundAnswer> answer) => Assert.IsType<RefundAnswer.Known>(await answer).Report;

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())).ToList();
        await notified.Writer.WriteAsync(new RawRequest("POST", "", headers, body.ToArray()));
        context.Response.StatusCode = 204;
    }
}
