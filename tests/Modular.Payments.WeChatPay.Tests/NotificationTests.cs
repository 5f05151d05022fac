using Modular.Payments.Abstractions;
using static Modular.Payments.WeChatPay.Tests.Door;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>What authentic notifications become.</summary>
public sealed class NotificationTests
{
    [Fact]
    public async Task A_signed_notification_becomes_a_report()
    {
        var report = await VerifiedAsync(Some.Envelope(Some.Transaction()));
        Assert.Equal(Some.PaymentNo, report.PaymentNo);
        Assert.Equal(ReportedState.Paid, report.State);
        Assert.Equal(new ProviderAccount(Some.MchId, Some.AppId), report.Account);
        Assert.Equal(Money.Cny(36800), report.Amount);
        Assert.Equal("4200001234202611220000000001", report.ProviderTradeNo);
        Assert.Equal("SUCCESS", report.ProviderState);
    }

    [Theory]
    [InlineData("2026-11-22T00:00:01+08:00", "2026-11-21T16:00:01Z")]
    [InlineData("2026-11-22T00:00:01.500+08:00", "2026-11-21T16:00:01.5Z")]
    [InlineData("2026-11-21T16:00:01Z", "2026-11-21T16:00:01Z")]
    [InlineData("2026-11-22 00:00:01", null)]
    [InlineData("2026-11-22T00:00:01", null)]
    [InlineData("0001-01-01T00:00:00+08:00", null)]
    [InlineData("soon", null)]
    public async Task T05_payment_time_is_reported_in_utc(string time, string? expected)
    {
        var content = Some.Transaction().Replace("2026-11-22T12:29:59+08:00", time, StringComparison.Ordinal);
        var paidAt = (await VerifiedAsync(Some.Envelope(content))).PaidAt;
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), paidAt);
        Assert.Equal(TimeSpan.Zero, paidAt?.Offset ?? TimeSpan.Zero);
    }

    [Fact]
    public async Task A_payment_that_was_refunded_in_part_meanwhile_is_still_paid()
    {
        var report = await VerifiedAsync(Some.Envelope(Some.Transaction("REFUND")));
        Assert.Equal(ReportedState.Paid, report.State);
        Assert.Equal("REFUND", report.ProviderState);
    }

    [Theory]
    [InlineData("transaction")]
    [InlineData("certificate")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Any_associated_data_opens_the_content_empty_and_missing_ones_too(string? associatedData) =>
        Assert.Equal(Some.PaymentNo, (await VerifiedAsync(Some.Envelope(Some.Transaction(), associatedData: associatedData))).PaymentNo);

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON;charset=\"UTF-8\"")]
    [InlineData("application/vnd.wechatpay+json")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task The_signature_decides_and_not_the_content_type(string? contentType) =>
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(Some.Envelope(Some.Transaction()), contentType: contentType)));

    [Fact]
    public async Task S10_white_space_and_order_of_the_body_are_kept_as_received()
    {
        var body = Some.Envelope(Some.Transaction()).Replace(",\"", " ,\r\n\t\"", StringComparison.Ordinal) + "\n";
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(body)));
        Assert.IsType<Verification.Refused>(await VerifyAsync(Some.Notify(body.TrimEnd(), Some.Signed(body))));
    }

    [Fact]
    public async Task Header_names_are_read_without_regard_to_case_and_the_type_may_be_absent()
    {
        var body = Some.Envelope(Some.Transaction());
        var headers = Some.Signed(body).Where(h => h.Key != "Wechatpay-Signature-Type").Select(h => new KeyValuePair<string, string>(h.Key.ToLowerInvariant(), h.Value));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(body, headers)));
    }

    [Fact]
    public async Task Members_that_nobody_knows_do_no_harm()
    {
        var body = Some.Envelope(Some.Transaction(more: ",\"promotion_detail\":[{\"coupon_id\":\"1\",\"goods_detail\":[{\"goods_id\":\"\\u4e2d\"}]}],\"brand_new\":null"));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(body)));
    }

    [Fact]
    public async Task B02_B04_amount_currency_and_account_are_reported_as_named()
    {
        var content = Some.Transaction(amount: """{"total":1,"currency":"USD"}""").Replace(Some.MchId, "1900000000", StringComparison.Ordinal).Replace(Some.AppId, "wx0000000000000000", StringComparison.Ordinal);
        var report = await VerifiedAsync(Some.Envelope(content));
        Assert.Equal(new Money(1, "USD"), report.Amount);
        Assert.Equal(new ProviderAccount("1900000000", "wx0000000000000000"), report.Account);
    }
}
