using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

public sealed class ReturnTests
{
    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task A_verified_return_is_pending_and_never_paid(Dialect dialect)
    {
        var verification = await VerifyAsync(Alipay.Signed(Some.Return(), dialect), "true", dialect);
        Assert.Equal(
            new PaymentReport
            {
                PaymentNo = Some.PaymentNo,
                State = ReportedState.Pending,
                Account = new ProviderAccount(Some.SellerId, null),
                Amount = Money.Cny(36800),
                ProviderTradeNo = "2026112200001000990000000001",
            },
            Assert.IsType<Verification.Verified>(verification).Report);
    }

    [Fact]
    public async Task S01_a_forged_or_altered_return_is_refused()
    {
        var good = Alipay.Signed(Some.Return(), Dialect.Usual);
        foreach (var query in new[]
        {
            "", $"out_trade_no={Some.PaymentNo}", good.Replace("368.00", "368.01", StringComparison.Ordinal), $"{good}&utm_source=x",
            Alipay.Signed(Some.Return(), Dialect.Usual, new string('0', 32)), $"{good}&total_fee=368.00",
        })
        {
            Assert.IsType<Verification.Refused>(await VerifyAsync(query));
        }
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task What_a_router_adds_to_the_address_is_none_of_alipays_and_changes_nothing(Dialect dialect)
    {
        var signed = Alipay.Signed(Some.Return(), dialect);
        Assert.IsType<Verification.Verified>(await VerifyAsync($"m=Home&c=Pay&a=back&{signed}&s=%2Fpay%2Fback", "true", dialect));
        Assert.IsType<Verification.Verified>(await VerifyAsync($"m&a=1&{signed}&a=2&c=", "true", dialect));
        Assert.IsType<Verification.Refused>(await VerifyAsync($"{signed}&mm=1", "true", dialect));
        Assert.IsType<Verification.Refused>(await VerifyAsync($"{signed}&%6D=1", "true", dialect));
    }

    [Theory]
    [InlineData("false")]
    [InlineData("invalid")]
    public async Task A_return_that_alipay_does_not_confirm_is_refused_with_the_number_as_a_hint(string word)
    {
        var refused = Assert.IsType<Verification.Refused>(await VerifyAsync(Alipay.Signed(Some.Return(), Dialect.Usual), word));
        Assert.Equal(Some.PaymentNo, refused.PaymentNoHint);
    }

    [Fact]
    public async Task A_return_that_alipay_cannot_be_asked_about_is_undecided() =>
        Assert.IsType<Verification.Undecided>(await VerifyAsync(Alipay.Signed(Some.Return(), Dialect.Usual), "<html>503</html>"));

    [Theory]
    [InlineData("F")]
    [InlineData("t")]
    [InlineData("")]
    public async Task A_return_without_success_is_not_for_here(string isSuccess) =>
        Assert.Equal(RefusalReason.NotForHere, Assert.IsType<Verification.Refused>(await VerifyAsync(Alipay.Signed(Some.Return(("is_success", isSuccess)), Dialect.Usual))).Reason);

    [Fact]
    public async Task A_notification_pasted_into_the_address_is_no_return() =>
        Assert.Equal(RefusalReason.NotForHere, Assert.IsType<Verification.Refused>(await VerifyAsync(Alipay.Signed(Some.Notification(), Dialect.Usual))).Reason);

    private static async Task<Verification> VerifyAsync(string query, string word = "true", Dialect? dialect = null) =>
        await Some.Provider(Some.Settings(dialect), StubGateway.Saying(word)).VerifyReturnAsync(new RawRequest("GET", query, [], default), TestContext.Current.CancellationToken);
}
