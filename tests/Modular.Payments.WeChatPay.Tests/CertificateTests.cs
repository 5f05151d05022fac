using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>Platform certificates: how they are fetched, believed, kept and replaced.</summary>
public sealed class CertificateTests
{
    private static readonly string Body = Some.Envelope(Some.Transaction());

    [Fact]
    public async Task Certificates_are_fetched_when_a_message_first_needs_one_and_then_kept()
    {
        var gateway = StubGateway.Listing(Keys.First, Keys.Second);
        var provider = Some.Provider(Some.CertificateModeSettings(), gateway);
        Assert.Empty(gateway.Calls);

        foreach (var platform in new[] { Keys.First, Keys.Second, Keys.First })
        {
            Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(platform)));
        }

        var call = Assert.Single(gateway.Calls);
        Assert.Equal("https://api.mch.weixin.qq.com/v3/certificates", call.Url.AbsoluteUri);
        Assert.StartsWith("WECHATPAY2-SHA256-RSA2048 mchid=", call.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serials_are_compared_without_regard_to_case_and_leading_zeros()
    {
        var provider = Some.Provider(Some.CertificateModeSettings(), StubGateway.Listing(Keys.First, Keys.Second));
        foreach (var serial in new[] { Keys.Second.Serial, Keys.Second.Serial.ToLowerInvariant(), Keys.Second.Serial.TrimStart('0') })
        {
            Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Some.Notify(Body, Some.Signed(Body, Keys.Second.Key, serial))));
        }
    }

    [Fact]
    public async Task An_answer_signed_with_a_certificate_is_known_after_one_download()
    {
        var gateway = new StubGateway(call => call.IsDownload ? StubGateway.List(Keys.Now, Keys.First) : StubGateway.Answer(Some.Transaction(), 200, Some.Signed(Some.Transaction(), Keys.First.Key, Keys.First.Serial)));
        var provider = Some.Provider(Some.CertificateModeSettings(), gateway);
        Assert.IsType<QueryAnswer.Known>(await provider.QueryAsync(Some.Reference(), TestContext.Current.CancellationToken));
        Assert.IsType<QueryAnswer.Known>(await provider.QueryAsync(Some.Reference(), TestContext.Current.CancellationToken));
        Assert.Equal(1, gateway.Downloads);
    }

    [Fact]
    public async Task Public_key_and_certificates_serve_at_once()
    {
        var list = Some.CertificateList(Keys.Second);
        var gateway = new StubGateway(_ => StubGateway.Answer(list, 200, Some.Signed(list)));
        var provider = Some.Provider(Some.PublicKeyModeSettings(), gateway);
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Some.Notify(Body)));
        Assert.Empty(gateway.Calls);
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.Second)));
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Some.Notify(Body)));
        Assert.Equal(1, gateway.Downloads);
    }

    [Fact]
    public async Task The_key_belongs_to_its_own_serial_alone()
    {
        var provider = Some.Provider(Some.CertificateModeSettings(), StubGateway.Listing(Keys.First, Keys.Second));
        var refused = Assert.IsType<Verification.Refused>(await VerifyAsync(provider, Some.Notify(Body, Some.Signed(Body, Keys.First.Key, Keys.Second.Serial))));
        Assert.Equal(RefusalReason.WrongSignature, refused.Reason);
        Assert.Equal(Keys.Second.Serial, refused.Evidence!.Key);
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("/etc/passwd")]
    [InlineData("1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C\0")]
    [InlineData("1DDE55A")]
    [InlineData("01DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C0")]
    [InlineData("１DDE55AD98ED71D6")]
    [InlineData("PUB_KEY_ID_x")]
    [InlineData("PUB_KEY_ID_1234")]
    [InlineData("pub_key_id_0119000072912026112200000001")]
    public async Task S14_an_odd_serial_is_an_unknown_key_and_asks_nobody(string serial)
    {
        var gateway = StubGateway.Listing(Keys.First);
        foreach (var settings in new[] { Some.CertificateModeSettings(), Some.PublicKeyModeSettings() })
        {
            var refused = Assert.IsType<Verification.Refused>(await VerifyAsync(Some.Provider(settings, gateway), Some.Notify(Body, Some.Signed(Body, Keys.First.Key, serial))));
            Assert.Equal(RefusalReason.UnknownKey, refused.Reason);
        }

        Assert.Empty(gateway.Calls);
    }

    [Fact]
    public async Task S13_ten_thousand_made_up_serials_ask_at_most_once_a_minute()
    {
        var (clock, gateway) = (Some.Clock(), StubGateway.Listing(Keys.First));
        var provider = Some.Provider(Some.CertificateModeSettings(), gateway, clock);
        var headers = Some.Signed(Body, Keys.Merchant);
        for (var i = 0; i < 10_000; i++)
        {
            headers["Wechatpay-Serial"] = RandomNumberGenerator.GetHexString(40);
            var refused = Assert.IsType<Verification.Refused>(await VerifyAsync(provider, Some.Notify(Body, headers)));
            Assert.Equal(RefusalReason.UnknownKey, refused.Reason);
        }

        Assert.Equal(1, gateway.Downloads);
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.First)));

        clock.Advance(TimeSpan.FromSeconds(59));
        await VerifyAsync(provider, Some.Notify(Body, headers));
        Assert.Equal(1, gateway.Downloads);
        clock.Advance(TimeSpan.FromSeconds(1));
        await VerifyAsync(provider, Some.Notify(Body, headers));
        Assert.Equal(2, gateway.Downloads);
    }

    [Fact]
    public async Task S13_answers_that_name_ever_other_serials_ask_at_most_once_a_minute_as_well()
    {
        var clock = Some.Clock();
        var gateway = new StubGateway(call => call.IsDownload
            ? StubGateway.List(clock.GetUtcNow(), Keys.First)
            : StubGateway.Answer(Some.Transaction(), 200, Some.Signed(Some.Transaction(), Keys.Merchant, RandomNumberGenerator.GetHexString(40), clock.GetUtcNow())));
        var provider = Some.Provider(Some.CertificateModeSettings(), gateway, clock);
        for (var minute = 1; minute <= 3; minute++)
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.IsType<QueryAnswer.Unknown>(await provider.QueryAsync(Some.Reference(), TestContext.Current.CancellationToken));
            }

            Assert.Equal(minute, gateway.Downloads);
            clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task S13_callers_at_the_same_time_share_one_download()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gateway = new StubGateway(_ => StubGateway.List(Keys.Now, Keys.First))
        {
            Before = _ =>
            {
                arrived.TrySetResult();
                return release.Task;
            },
        };
        var provider = Some.Provider(Some.CertificateModeSettings(), gateway);
        var waiting = Enumerable.Range(0, 200).Select(_ => Task.Run(() => VerifyAsync(provider, Notify(Keys.First)))).ToArray();
        await arrived.Task.WaitAsync(TestContext.Current.CancellationToken);

        // One who gives up takes nobody along.
        using var impatient = new CancellationTokenSource();
        var givenUp = provider.VerifyNotificationAsync(Notify(Keys.First), impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);

        release.SetResult();
        Assert.All(await Task.WhenAll(waiting), verification => Assert.IsType<Verification.Verified>(verification));
        Assert.Equal(1, gateway.Downloads);
    }

    [Fact]
    public async Task A_download_that_fails_leaves_notifications_undecided_and_answers_unknown()
    {
        var clock = Some.Clock();
        var fails = true;
        var gateway = new StubGateway(call => !call.IsDownload ? StubGateway.Answer(Some.Transaction(), 200, Some.Signed(Some.Transaction(), Keys.First.Key, Keys.First.Serial, clock.GetUtcNow()))
            : fails ? throw new HttpRequestException("down") : StubGateway.List(clock.GetUtcNow(), Keys.First));
        var provider = Some.Provider(Some.CertificateModeSettings(), gateway, clock);
        Assert.Contains("could not be fetched", Assert.IsType<Verification.Undecided>(await VerifyAsync(provider, Notify(Keys.First))).Detail, StringComparison.Ordinal);
        Assert.IsType<QueryAnswer.Unknown>(await provider.QueryAsync(Some.Reference(), TestContext.Current.CancellationToken));
        Assert.Equal(1, gateway.Downloads);

        fails = false;
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<QueryAnswer.Known>(await provider.QueryAsync(Some.Reference(), TestContext.Current.CancellationToken));
        Assert.Equal(2, gateway.Downloads);
    }

    [Fact]
    public async Task S15_a_list_that_is_not_wechats_is_not_believed()
    {
        var list = Some.CertificateList(Keys.First);
        var otherKey = Some.CertificateList("192006250b4c09247ec02edce69f6a2d", Keys.First);
        var otherSerial = $$"""{"data":[{{Some.CertificateEntry(Keys.Second.Serial, Keys.First.Pem)}}]}""";
        using var shortKey = RSA.Create(1024);
        var weak = new Platform("0000000012345678", shortKey);
        (string Says, HttpResponseMessage Answer)[] answers =
        [
            ("lacks Wechatpay-", StubGateway.Answer(list)),
            ("signature is wrong", StubGateway.Answer(list, 200, Some.Signed(list, Keys.Merchant, Keys.First.Serial))),
            ("none of the certificates", StubGateway.Answer(list, 200, Some.Signed(list, Keys.Second.Key, Keys.Second.Serial))),
            ("none of the certificates", StubGateway.Answer(list, 200, Some.Signed(list))),
            ("clock", StubGateway.Answer(list, 200, Some.Signed(list, Keys.First.Key, Keys.First.Serial, Keys.Now.AddMinutes(-5)))),
            ("ApiV3Key", StubGateway.Answer(otherKey, 200, Some.Signed(otherKey, Keys.First.Key, Keys.First.Serial))),
            ("another serial", StubGateway.Answer(otherSerial, 200, Some.Signed(otherSerial, Keys.First.Key, Keys.Second.Serial))),
            ("2048", StubGateway.List(Keys.Now, weak)),
            ("no list", StubGateway.Answer("{\"data\":[]}", 200, Some.Signed("{\"data\":[]}", Keys.First.Key, Keys.First.Serial))),
            ("no list", StubGateway.Answer("<html/>")),
            ("cannot be read", Sealed("no certificate")),
            ("none that can be used", Sealed(Keys.First.Pem, "AEAD_SM4_GCM")),
            ("SIGN_ERROR", StubGateway.Answer("{\"code\":\"SIGN_ERROR\",\"message\":\"签名错误\"}", 401)),
            ("HTTP 503", StubGateway.Answer("", 503)),
        ];
        foreach (var (says, answer) in answers)
        {
            var detail = Assert.IsType<Verification.Undecided>(await VerifyAsync(Some.Provider(Some.CertificateModeSettings(), new StubGateway(_ => answer)), Notify(Keys.First))).Detail;
            Assert.Contains(says, detail, StringComparison.Ordinal);
            Assert.DoesNotContain("..", detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task S15_a_certificate_serves_within_its_own_dates_only()
    {
        var expired = new Platform("00000000AAAA0001", Keys.Second.Key, Keys.Now.AddYears(-5), Keys.Now.AddSeconds(-1));
        var future = new Platform("00000000AAAA0002", Keys.Second.Key, Keys.Now.AddSeconds(1), Keys.Now.AddYears(5));
        var clock = Some.Clock();
        var provider = Some.Provider(Some.CertificateModeSettings(), StubGateway.Listing(Keys.First, expired, future), clock);
        Assert.Equal(RefusalReason.UnknownKey, Assert.IsType<Verification.Refused>(await VerifyAsync(provider, Notify(expired))).Reason);
        Assert.Equal(RefusalReason.UnknownKey, Assert.IsType<Verification.Refused>(await VerifyAsync(provider, Notify(future))).Reason);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(future)));
    }

    [Fact]
    public async Task S17_a_rotation_loses_nothing_that_is_under_way()
    {
        var clock = Some.Clock();
        Platform[] listed = [Keys.First];
        var gateway = new StubGateway(_ => StubGateway.List(clock.GetUtcNow(), listed));
        var provider = Some.Provider(Some.CertificateModeSettings(), gateway, clock);
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.First)));

        // Both are listed, then the new one alone: what the old one signed is still taken.
        clock.Advance(TimeSpan.FromMinutes(2));
        listed = [Keys.First, Keys.Second];
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.Second, clock)));
        clock.Advance(TimeSpan.FromMinutes(2));
        listed = [Keys.Second];
        var headers = Some.Signed(Body, Keys.Merchant, "ABCDEF0123456789", clock.GetUtcNow());
        Assert.IsType<Verification.Refused>(await VerifyAsync(provider, Some.Notify(Body, headers)));
        Assert.Equal(3, gateway.Downloads);
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.First, clock)));
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.Second, clock)));
        Assert.Equal(3, gateway.Downloads);
    }

    [Fact]
    public async Task S17_one_rotation_right_after_the_other_is_followed_at_once()
    {
        Platform[] listed = [Keys.First];
        var gateway = new StubGateway(_ => StubGateway.List(Keys.Now, listed));
        var provider = Some.Provider(Some.CertificateModeSettings(), gateway);
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.First)));

        listed = [Keys.First, Keys.Second];
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.Second)));
        var third = new Platform("00E7F2B4C39A4B0D8F6A1C2E3D4B5A6978879600", Keys.Second.Key);
        listed = [third];
        foreach (var platform in new[] { third, Keys.First, Keys.Second, third })
        {
            Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(platform)));
        }

        Assert.Equal(3, gateway.Downloads);
    }

    [Fact]
    public async Task S13_S17_strangers_who_keep_asking_cannot_keep_an_answer_from_being_believed_after_a_rotation()
    {
        var listed = Keys.First;
        var gateway = new StubGateway(call => call.IsDownload ? StubGateway.List(Keys.Now, listed) : StubGateway.Answer(Some.Transaction(), 200, Some.Signed(Some.Transaction(), listed.Key, listed.Serial)));
        var provider = Some.Provider(Some.CertificateModeSettings(), gateway);
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.First)));
        for (var i = 0; i < 1000; i++)
        {
            var forged = Some.Notify(Body, Some.Signed(Body, Keys.Merchant, RandomNumberGenerator.GetHexString(40)));
            Assert.Equal(RefusalReason.UnknownKey, Assert.IsType<Verification.Refused>(await VerifyAsync(provider, forged)).Reason);
        }

        Assert.Equal(2, gateway.Downloads);
        listed = Keys.Second;
        Assert.IsType<QueryAnswer.Known>(await provider.QueryAsync(Some.Reference(), TestContext.Current.CancellationToken));
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.Second)));
        Assert.Equal(3, gateway.Downloads);
    }

    [Fact]
    public async Task After_twelve_hours_certificates_are_refreshed_in_passing()
    {
        var clock = Some.Clock();
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource();
        var gateway = new StubGateway(_ => StubGateway.List(clock.GetUtcNow(), Keys.First))
        {
            Before = _ =>
            {
                if (clock.GetUtcNow() == Keys.Now)
                {
                    return Task.CompletedTask;
                }

                again.TrySetResult();
                return never.Task;
            },
        };
        var provider = Some.Provider(Some.CertificateModeSettings(), gateway, clock);
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.First)));
        clock.Advance(TimeSpan.FromHours(12));
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.First, clock)));
        Assert.Equal(1, gateway.Downloads);

        // Nobody waits for the refresh: this one never ends, and messages are verified all the same.
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.First, clock)));
        await again.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Notify(Keys.First, clock)));
        Assert.Equal(2, gateway.Downloads);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_merchant_without_certificates_is_remembered_for_an_hour(bool withSignature)
    {
        const string None = """{"code":"RESOURCE_NOT_EXISTS","message":"无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。"}""";
        var clock = Some.Clock();
        var gateway = new StubGateway(_ => StubGateway.Answer(None, 404, withSignature ? Some.Signed(None, at: clock.GetUtcNow()) : []));
        var provider = Some.Provider(Some.PublicKeyModeSettings(), gateway, clock);
        for (var minute = 0; minute < 60; minute++)
        {
            var refused = Assert.IsType<Verification.Refused>(await VerifyAsync(provider, Notify(Keys.First, clock)));
            Assert.Equal(RefusalReason.UnknownKey, refused.Reason);
            Assert.Contains("set PublicKeyId and PublicKey", refused.Detail, StringComparison.Ordinal);
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(1, gateway.Downloads);
        Assert.IsType<Verification.Verified>(await VerifyAsync(provider, Some.Notify(Body, Some.Signed(Body, at: clock.GetUtcNow()))));
        await VerifyAsync(provider, Notify(Keys.First, clock));
        Assert.Equal(2, gateway.Downloads);
    }

    [Fact]
    public async Task That_there_are_no_certificates_is_not_believed_from_a_wrong_signature()
    {
        const string None = """{"code":"RESOURCE_NOT_EXISTS","message":"m"}""";
        var gateway = new StubGateway(_ => StubGateway.Answer(None, 404, Some.Signed(None, Keys.Merchant)));
        Assert.IsType<Verification.Undecided>(await VerifyAsync(Some.Provider(Some.PublicKeyModeSettings(), gateway), Notify(Keys.First)));
    }

    [Fact]
    public async Task A_download_ends_by_itself()
    {
        var clock = Some.Clock();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gateway = new StubGateway(_ => throw new InvalidOperationException("It never answers."))
        {
            Before = _ =>
            {
                arrived.TrySetResult();
                return new TaskCompletionSource().Task;
            },
        };
        var waiting = VerifyAsync(Some.Provider(Some.CertificateModeSettings(), gateway, clock), Notify(Keys.First));
        await arrived.Task.WaitAsync(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains("in time", Assert.IsType<Verification.Undecided>(await waiting).Detail, StringComparison.Ordinal);
    }

    private static HttpResponseMessage Sealed(string pem, string algorithm = "AEAD_AES_256_GCM")
    {
        var list = string.Create(CultureInfo.InvariantCulture, $"{{\"data\":[{Some.CertificateEntry(Keys.First.Serial, pem, algorithm: algorithm)}]}}");
        return StubGateway.Answer(list, 200, Some.Signed(list, Keys.First.Key, Keys.First.Serial));
    }

    private static RawRequest Notify(Platform platform, FakeTimeProvider? clock = null) =>
        Some.Notify(Body, Some.Signed(Body, platform.Key, platform.Serial, clock?.GetUtcNow()));

    private static async Task<Verification> VerifyAsync(IPaymentProvider provider, RawRequest request) =>
        await provider.VerifyNotificationAsync(request, TestContext.Current.CancellationToken);
}
