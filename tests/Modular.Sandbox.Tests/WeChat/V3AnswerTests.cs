using System.Globalization;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

/// <summary>Which key signs an answer of API v3, and the ways in which answers can be spoilt.</summary>
public sealed class V3AnswerTests : IAsyncLifetime
{
    private static readonly string[] OrderMethods = ["v3.native"];
    private static readonly string[] QueryMethods = ["v3.query"];

    private SandboxHost sandbox = null!;
    private WeChatV3Client merchant = null!;

    public async ValueTask InitializeAsync()
    {
        sandbox = await SandboxHost.StartAsync(WeChatV3Keys.With());
        merchant = new WeChatV3Client(sandbox);
    }

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Fact]
    public async Task An_answer_is_signed_with_the_key_that_the_request_names()
    {
        await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("signed-1"));
        var (serial, certificate) = Assert.Single(await merchant.CertificatesAsync());
        var unasked = await merchant.QueryAsync("signed-1");
        Assert.Equal(serial, unasked.Serial);
        Assert.True(WeChatV3Client.IsSigned(unasked.Headers, unasked.Body, certificate));
        var asked = await merchant.QueryAsync("signed-1", WeChatV3Keys.PublicKeyId);
        Assert.Equal(WeChatV3Keys.PublicKeyId, asked.Serial);
        Assert.True(WeChatV3Client.IsSigned(asked.Headers, asked.Body, WeChatV3Keys.PublicKey));
        Assert.Equal("WECHATPAY2-SHA256-RSA2048", asked.Headers["Wechatpay-Signature-Type"]);
    }

    [Fact]
    public async Task A_new_certificate_signs_at_once_and_the_old_ones_stay_until_they_are_dropped()
    {
        var before = await merchant.CertificatesAsync();
        await sandbox.ControlAsync("wechat/rotate", new { mchId = WeChatV3Keys.MchId });
        var both = await merchant.CertificatesAsync();
        Assert.Equal(2, both.Count);
        var answer = await merchant.QueryAsync("nothing-here");
        Assert.DoesNotContain(answer.Serial!, before.Keys);
        Assert.True(WeChatV3Client.IsSigned(answer.Headers, answer.Body, both[answer.Serial!]));
        var old = await merchant.QueryAsync("nothing-here", before.Keys.Single());
        Assert.Equal(before.Keys.Single(), old.Serial);
        await sandbox.ControlAsync("wechat/rotate", new { drop = true });
        var last = Assert.Single(await merchant.CertificatesAsync());
        Assert.DoesNotContain(last.Key, both.Keys);
    }

    [Fact]
    public async Task A_merchant_of_the_public_key_mode_has_no_certificates()
    {
        var other = new WeChatV3Client(sandbox, WeChatV3Keys.OtherMchId, WeChatV3Keys.OtherAppId);
        var answer = await other.GetAsync("/v3/certificates");
        Assert.Equal((404, "RESOURCE_NOT_EXISTS"), (answer.Status, answer.Code));
        Assert.True(WeChatV3Client.IsSigned(answer.Headers, answer.Body, WeChatV3Keys.PublicKey));
    }

    [Fact]
    public async Task Faults_spoil_the_signature_or_its_time()
    {
        var key = (await merchant.CertificatesAsync()).Values.Single();
        await SetAsync("Unsigned");
        Assert.Null((await merchant.QueryAsync("x-unsigned")).Serial);
        await SetAsync("WrongSignature");
        var wrong = await merchant.QueryAsync("x-wrong");
        Assert.False(WeChatV3Client.IsSigned(wrong.Headers, wrong.Body, key));
        await SetAsync("StaleTimestamp");
        var stale = await merchant.QueryAsync("x-stale");
        Assert.True(WeChatV3Client.IsSigned(stale.Headers, stale.Body, key));
        var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(stale.Headers["Wechatpay-Timestamp"], CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.FromMinutes(10), sandbox.Time.GetUtcNow() - at);
    }

    [Fact]
    public async Task A_fault_concerns_the_methods_and_trades_that_it_names()
    {
        await sandbox.SetFaultsAsync(new { gateway = new[] { new { kind = "SystemError", methods = OrderMethods, afterWork = true, times = 1 } } });
        var lost = await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("lost-1"));
        Assert.Equal((500, "SYSTEM_ERROR"), (lost.Status, lost.Code));
        Assert.Equal("NOTPAY", (string?)(await merchant.QueryAsync("lost-1")).Json["trade_state"]);
        await sandbox.SetFaultsAsync(new { trades = new Dictionary<string, object> { ["lost-1"] = new { gateway = new[] { new { kind = "Http500" } } } } });
        Assert.Equal(500, (await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("lost-1"))).Status);
        Assert.Equal(200, (await merchant.PostAsync(WeChatV3Client.Native, merchant.Order("lost-2"))).Status);
    }

    private Task SetAsync(string kind) => sandbox.SetFaultsAsync(new { gateway = new[] { new { kind, methods = QueryMethods } } });
}
