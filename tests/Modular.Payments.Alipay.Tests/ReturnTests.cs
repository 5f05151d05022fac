using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Tests;

public sealed class ReturnTests
{
    [Theory]
    [InlineData("alipay.trade.page.pay.return")]
    [InlineData("alipay.trade.wap.pay.return")]
    public async Task A_verified_return_is_pending_and_never_paid(string method)
    {
        var report = Assert.IsType<Verification.Verified>(await VerifyAsync(Some.SignedBody(Fields(method)))).Report;
        Assert.Equal(ReportedState.Pending, report.State);
        Assert.Equal(Some.PaymentNo, report.PaymentNo);
        Assert.Equal(Money.Cny(36800), report.Amount);
        Assert.Equal(new ProviderAccount(Some.SellerId, Some.AppId), report.Account);
        Assert.Null(report.PaidAt);
    }

    [Fact]
    public async Task S01_a_forged_or_altered_return_is_refused()
    {
        Assert.IsType<Verification.Refused>(await VerifyAsync(""));
        Assert.IsType<Verification.Refused>(await VerifyAsync($"out_trade_no={Some.PaymentNo}"));
        Assert.IsType<Verification.Refused>(await VerifyAsync(Some.SignedBody(Fields()).Replace("368.00", "368.01", StringComparison.Ordinal)));
        Assert.IsType<Verification.Refused>(await VerifyAsync(Some.SignedBody(Fields()) + "&utm_source=x"));
        Assert.IsType<Verification.Refused>(await VerifyAsync(Some.SignedBody(Fields(), key: Keys.App)));
    }

    [Fact]
    public async Task A_notification_pasted_into_the_address_is_no_return_and_a_return_posted_is_no_notification()
    {
        Assert.Equal(RefusalReason.NotForHere, Assert.IsType<Verification.Refused>(await VerifyAsync(Some.SignedBody(Some.Notification()))).Reason);

        var posted = await Some.Provider().VerifyNotificationAsync(Some.Notify(Some.SignedBody(Fields())), TestContext.Current.CancellationToken);
        Assert.Equal(RefusalReason.NotForHere, Assert.IsType<Verification.Refused>(posted).Reason);
    }

    private static SortedDictionary<string, string> Fields(string method = "alipay.trade.page.pay.return") => new(StringComparer.Ordinal)
    {
        ["app_id"] = Some.AppId,
        ["auth_app_id"] = Some.AppId,
        ["charset"] = "utf-8",
        ["method"] = method,
        ["out_trade_no"] = Some.PaymentNo,
        ["seller_id"] = Some.SellerId,
        ["timestamp"] = "2026-11-22 12:30:10",
        ["total_amount"] = "368.00",
        ["trade_no"] = "2026112222001400000000000001",
        ["version"] = "1.0",
    };

    private static async Task<Verification> VerifyAsync(string query) =>
        await Some.Provider().VerifyReturnAsync(new RawRequest("GET", query, [], default), TestContext.Current.CancellationToken);
}
