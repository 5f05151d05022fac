using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>The second half of the authenticity: Alipay's own word that it sent the message.</summary>
public sealed class NotifyCheckTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("true")]
    [InlineData("true\r\n")]
    public async Task The_word_true_confirms(string word) => Assert.IsType<Verification.Verified>(await VerifyAsync(StubGateway.Saying(word)));

    [Theory]
    [InlineData("false")]
    [InlineData("invalid")]
    [InlineData("false\n")]
    public async Task The_words_false_and_invalid_refuse(string word)
    {
        var refused = Assert.IsType<Verification.Refused>(await VerifyAsync(StubGateway.Saying(word)));
        Assert.Equal(RefusalReason.Stale, refused.Reason);
        Assert.Equal(Some.PaymentNo, refused.PaymentNoHint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("TRUE")]
    [InlineData("truefalse")]
    [InlineData("true true")]
    [InlineData("\"true\"")]
    [InlineData("<html><body>true</body></html>")]
    [InlineData("<alipay><is_success>T</is_success></alipay>")]
    [InlineData("\uFEFFtrue")]
    [InlineData("ＴＲＵＥ")]
    public async Task Any_other_word_decides_nothing(string word) => await AssertUndecidedAsync(StubGateway.Saying(word));

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.NoContent)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task Another_status_than_200_decides_nothing(HttpStatusCode status) => await AssertUndecidedAsync(StubGateway.Saying("true", status: status));

    [Fact]
    public async Task A_failing_network_and_an_endless_answer_decide_nothing()
    {
        Exception[] failures = [new HttpRequestException("x"), new TaskCanceledException("timeout"), new IOException("x"), new InvalidDataException("gzip")];
        foreach (var failure in failures)
        {
            await AssertUndecidedAsync(StubGateway.Failing(failure));
        }

        await AssertUndecidedAsync(StubGateway.Saying("true" + new string(' ', 20_000)));
    }

    [Fact]
    public async Task Silence_decides_nothing_after_two_and_a_half_seconds()
    {
        var (time, asked) = (new FakeTimeProvider(Keys.Now), new TaskCompletionSource());
        var provider = Some.Provider(gateway: StubGateway.Silent(asked), time: time);
        var verification = provider.VerifyNotificationAsync(Good(), Cancellation).AsTask();
        await asked.Task.WaitAsync(Cancellation);
        time.Advance(TimeSpan.FromMilliseconds(2499));
        Assert.False(verification.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Contains("in time", Assert.IsType<Verification.Undecided>(await verification.WaitAsync(Cancellation)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_about_a_return_decides_nothing_after_one_and_a_half_seconds()
    {
        var (time, asked) = (new FakeTimeProvider(Keys.Now), new TaskCompletionSource());
        var provider = Some.Provider(gateway: StubGateway.Silent(asked), time: time);
        var verification = provider.VerifyReturnAsync(new RawRequest("GET", Alipay.Signed(Some.Return(), Dialect.Usual), [], default), Cancellation).AsTask();
        await asked.Task.WaitAsync(Cancellation);
        time.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.IsType<Verification.Undecided>(await verification.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task The_callers_cancellation_propagates()
    {
        var asked = new TaskCompletionSource();
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var verification = Some.Provider(gateway: StubGateway.Silent(asked)).VerifyNotificationAsync(Good(), caller.Token).AsTask();
        await asked.Task.WaitAsync(Cancellation);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => verification);
    }

    [Fact]
    public async Task The_question_names_service_partner_and_the_notify_id_encoded_once()
    {
        var gateway = StubGateway.Saying("true");
        Assert.IsType<Verification.Verified>(await VerifyAsync(gateway));
        var call = Assert.Single(gateway.Calls);
        Assert.Equal("GET", call.Method);
        Assert.Equal(
            $"https://mapi.alipay.com/gateway.do?service=notify_verify&partner={Some.Partner}&notify_id={Some.NotifyId.Replace("%", "%25", StringComparison.Ordinal)}",
            call.Url.AbsoluteUri);
        Assert.Equal(Some.NotifyId, call.Parameters(Dialect.Usual)["notify_id"]);
    }

    [Fact]
    public async Task A_notify_id_cannot_add_to_the_question()
    {
        var gateway = StubGateway.Saying("true");
        await VerifyAsync(gateway, Alipay.Signed(Some.Notification(("notify_id", "1&partner#?+/=x")), Dialect.Usual));
        await VerifyAsync(gateway, Alipay.Signed(Some.Notification(("notify_id", "1#?+/=x")), Dialect.Usual));
        var call = Assert.Single(gateway.Calls);
        Assert.EndsWith("&notify_id=1%23%3F%2B%2F%3Dx", call.Url.AbsoluteUri, StringComparison.Ordinal);
        foreach (var odd in new[] { "a b", "a\nb", "编号", "a\u007f" })
        {
            Assert.IsType<Verification.Refused>(await VerifyAsync(gateway, Alipay.Signed(Some.Notification(("notify_id", odd)), Dialect.Usual)));
        }

        Assert.Single(gateway.Calls);
    }

    [Fact]
    public async Task Alipay_is_asked_only_about_what_is_signed_and_belongs_here()
    {
        var gateway = StubGateway.Saying("true");
        string[] bodies =
        [
            Alipay.Signed(Some.Notification(), Dialect.Usual, new string('0', 32)),
            Alipay.Encode(Some.Notification(), Dialect.Usual),
            Alipay.Signed(Some.Notification(("notify_type", "batch_refund_notify")), Dialect.Usual),
            "x",
        ];
        foreach (var body in bodies)
        {
            Assert.IsType<Verification.Refused>(await VerifyAsync(gateway, body));
        }

        Assert.Empty(gateway.Calls);
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task Alipays_word_alone_is_no_signature(Dialect dialect)
    {
        var provider = Some.Provider(Some.Settings(dialect), StubGateway.Saying("true"));
        var forged = Alipay.Signed(Some.Notification(), dialect, new string('0', 32), Keys.Stranger);
        Assert.IsType<Verification.Refused>(await provider.VerifyNotificationAsync(Some.Notify(forged), Cancellation));
    }

    private static RawRequest Good() => Some.Notify(Alipay.Signed(Some.Notification(), Dialect.Usual));

    private static async Task AssertUndecidedAsync(StubGateway gateway)
    {
        var detail = Assert.IsType<Verification.Undecided>(await VerifyAsync(gateway)).Detail;
        Assert.EndsWith(".", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("mapi", detail, StringComparison.Ordinal);
    }

    private static async Task<Verification> VerifyAsync(StubGateway gateway, string? body = null) =>
        await Some.Provider(gateway: gateway).VerifyNotificationAsync(body is null ? Good() : Some.Notify(body), Cancellation);
}
