using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
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

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>The plugin and the sandbox, which share no code, over HTTP and over mutual TLS: refunds and bills from end to end.</summary>
public sealed class SandboxTests : IAsyncLifetime
{
    private const string OtherMchId = "1900000110";
    private static readonly DateOnly Day = new(2026, 11, 22);
    private static readonly X509Certificate2 Authority = Certificates.Authority();
    private static readonly X509Certificate2 Server = Authority.Issue("127.0.0.1");
    private static readonly X509Certificate2 Merchant = Authority.Issue(Some.MchId);

    private readonly FakeTimeProvider time = new(Some.Now);
    private readonly Channel<RawRequest> notified = Channel.CreateUnbounded<RawRequest>();
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private WebApplication sandbox = null!;
    private WebApplication listener = null!;
    private IPaymentProvider provider = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IRefundingProvider Refunding => (IRefundingProvider)provider;

    public async ValueTask InitializeAsync()
    {
        sandbox = SandboxApp.Create([], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0", "https://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Sandbox:WeChat:Merchants:a:MchId"] = Some.MchId,
                ["Sandbox:WeChat:Merchants:a:AppId"] = Some.AppId,
                ["Sandbox:WeChat:Merchants:a:ApiKey"] = Some.ApiKey,
                ["Sandbox:WeChat:Tls:Certificate"] = Server.ExportCertificatePem(),
                ["Sandbox:WeChat:Tls:PrivateKey"] = Server.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(),
                ["Sandbox:WeChat:Tls:Authority"] = Authority.ExportCertificatePem(),
            });
        });
        await sandbox.StartAsync();
        provider = Provider(Merchant);

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
    public async Task A_refund_over_mutual_tls_is_accepted_then_done_and_told_of()
    {
        await PaidAsync();
        Assert.Equal(RefundState.Processing, (await KnownAsync(Refunding.RefundAsync(Request(), Token))).State);
        time.Advance(TimeSpan.FromSeconds(5));
        var verified = Assert.IsType<Verification.VerifiedRefund>(await provider.VerifyNotificationAsync(await NextAsync(), Token));
        var told = Assert.Single(verified.Reports);
        Assert.Equal((RefundState.Succeeded, "R20261122000001", Some.PaymentNo, Money.Cny(800)), (told.State, told.RefundNo, told.PaymentNo, told.Amount));
        Assert.Equal((time.GetUtcNow(), provider.Account), (told.RefundedAt, told.Account));
        var asked = await KnownAsync(Refunding.QueryRefundAsync(Request().Reference, Token));
        Assert.Equal((RefundState.Succeeded, told.ProviderRefundNo, told.RefundedAt, Money.Cny(800)), (asked.State, asked.ProviderRefundNo, asked.RefundedAt, asked.Amount));

        // The number again: v2 answers "accepted" whatever became of it, so the state is for the question to tell.
        Assert.Equal(told.ProviderRefundNo, (await KnownAsync(Refunding.RefundAsync(Request(), Token))).ProviderRefundNo);
        Assert.Equal(ReportedState.Paid, Assert.IsType<QueryAnswer.Known>(await provider.QueryAsync(Some.Reference(), Token)).Report.State);
    }

    [Fact]
    public async Task Without_a_certificate_with_a_strangers_and_with_another_merchants_nothing_is_given_back()
    {
        await PaidAsync();
        Assert.IsType<RefundAnswer.Rejected>(await ((IRefundingProvider)Provider(null)).RefundAsync(Request(), Token));

        // Both name the right merchant, so that only the sandbox can tell.
        using var stranger = Certificates.Authority().Issue(Some.MchId);
        Assert.IsType<RefundAnswer.Unknown>(await ((IRefundingProvider)Provider(stranger)).RefundAsync(Request(), Token));
        using var other = Authority.Issue(OtherMchId);
        var refused = Assert.IsType<RefundAnswer.Rejected>(await ((IRefundingProvider)Provider(Merchant, shown: other)).RefundAsync(Request(), Token));
        Assert.Equal(("CERT_ERROR", true), (refused.Code, refused.MayRetry));

        Assert.Equal(RefundState.NotFound, (await KnownAsync(Refunding.QueryRefundAsync(Request().Reference, Token))).State);
        Assert.Equal(RefundState.Processing, (await KnownAsync(Refunding.RefundAsync(Request(), Token))).State);
    }

    [Fact]
    public async Task S19_a_server_whose_authority_is_not_trusted_is_told_nothing()
    {
        await PaidAsync();
        using var elsewhere = Certificates.Authority();
        Assert.IsType<RefundAnswer.Unknown>(await ((IRefundingProvider)Provider(Merchant, trusted: elsewhere)).RefundAsync(Request(), Token));
        Assert.Equal(RefundState.NotFound, (await KnownAsync(Refunding.QueryRefundAsync(Request().Reference, Token))).State);
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
        await FaultsAsync(new { trade = new { refundRefusal = "NOT_ENOUGH" } });
        Assert.True(Assert.IsType<RefundAnswer.Rejected>(await Refunding.RefundAsync(Request(), Token)).MayRetry);
        await FaultsAsync(new { trade = new { refundRefusal = "USER_ACCOUNT_ABNORMAL" } });
        Assert.False(Assert.IsType<RefundAnswer.Rejected>(await Refunding.RefundAsync(Request(), Token)).MayRetry);
        foreach (var kind in new[] { "SystemError", "Close", "Unsigned", "WrongSignature", "Http500" })
        {
            await FaultsAsync(new { gateway = new[] { new { kind, times = 1, methods = Methods } } });
            Assert.IsType<RefundAnswer.Unknown>(await Refunding.RefundAsync(Request(), Token));
        }

        // Other terms for a known number: the refund that exists is told, and the host sees that it is another.
        Assert.Equal(RefundState.Processing, (await KnownAsync(Refunding.RefundAsync(Request(), Token))).State);
        Assert.Equal(Money.Cny(800), (await KnownAsync(Refunding.RefundAsync(Request() with { Amount = Money.Cny(801) }, Token))).Amount);
        Assert.IsType<RefundAnswer.Unknown>(await Refunding.RefundAsync(Request() with { RefundNo = "R20261122000002" }, Token));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<RefundAnswer.Rejected>(await Refunding.RefundAsync(Request() with { RefundNo = "R20261122000003", Amount = Money.Cny(36001) }, Token));
    }

    [Theory]
    [InlineData("""{"wrongKey":true}""", RefusalReason.WrongSignature)]
    [InlineData("""{"truncatedTag":true}""", RefusalReason.WrongSignature)]
    [InlineData("""{"omitSignature":true}""", RefusalReason.MissingSignature)]
    [InlineData("""{"documentType":true}""", RefusalReason.Malformed)]
    [InlineData("""{"tamper":{"mch_id":"1900000110"}}""", RefusalReason.NotForHere)]
    [InlineData("""{"tamper":{"refund_status":"DONE"}}""", RefusalReason.NotForHere)]
    public async Task X01_B03_a_spoilt_notification_is_refused(string fault, RefusalReason reason)
    {
        await PaidAsync();
        await FaultsAsync(new { notify = System.Text.Json.Nodes.JsonNode.Parse(fault) });
        await Refunding.RefundAsync(Request(), Token);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(reason, Assert.IsType<Verification.Refused>(await provider.VerifyNotificationAsync(await NextAsync(), Token)).Reason);
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
        Assert.Equal((Some.PaymentNo, "R20261122000001", Some.Now, true), (lines[1].PaymentNo, lines[1].RefundNo, lines[1].At, lines[1].IsDone));
    }

    [Fact]
    public async Task L07_X09_X10_a_spoilt_bill_is_refused()
    {
        await PaidAsync();
        time.Advance(TimeSpan.FromHours(22));
        Assert.Single(await LinesAsync());
        foreach (var (fault, named) in new (object, string)[]
        {
            (new { bomb = true }, "more than"),
            (new { missingColumn = "手续费" }, "手续费"),
            (new { wrongTotals = true }, "总交易单数"),
        })
        {
            await FaultsAsync(new { weChatBill = fault });
            Assert.Contains(named, (await Assert.ThrowsAsync<StatementException>(LinesAsync)).Message, StringComparison.Ordinal);
        }
    }

    private static string[] Methods { get; } = ["v2.refund"];

    /// <summary>The plugin with this certificate in its settings, and a client as the host makes it, but that trusts the authority of these tests.</summary>
    private IPaymentProvider Provider(X509Certificate2? certificate, X509Certificate2? shown = null, X509Certificate2? trusted = null)
    {
        var settings = Some.Settings(
            ("BaseUrl", sandbox.Urls.First()),
            ("RefundBaseUrl", sandbox.Urls.First(url => url.StartsWith("https", StringComparison.Ordinal))),
            ("ClientCertificate", certificate?.P12()));
        return new WeChatPayV2Plugin().Create(new ProviderContext("wechat", new ProviderSettings(settings), http, time) { HttpWith = read => Client(shown ?? read, trusted ?? Authority) });
    }

    private static HttpClient Client(X509Certificate2 certificate, X509Certificate2 trusted)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(trusted);
        return new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificates = [certificate],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate,
            },
        });
    }

    private RefundRequest Request() => new()
    {
        RefundNo = "R20261122000001",
        Payment = Some.Reference(),
        PaymentAmount = Money.Cny(36800),
        Amount = Money.Cny(800),
        Reason = "行程有变",
        NotifyUrl = new Uri(listener.Urls.First() + "/notify"),
        CreatedAt = Some.Now,
    };

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

    private Task<StatementAnswer> FetchAsync(DateOnly day) => ((IStatementProvider)provider).FetchStatementAsync(day, Token);

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
        var reply = provider.Acknowledge();
        context.Response.ContentType = reply.ContentType;
        await context.Response.Body.WriteAsync(reply.Body);
    }
}
