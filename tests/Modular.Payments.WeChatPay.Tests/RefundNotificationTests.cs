using Modular.Payments.Abstractions;
using static Modular.Payments.WeChatPay.Tests.Door;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>What notifications about refunds become.</summary>
public sealed class RefundNotificationTests
{
    [Theory]
    [InlineData("SUCCESS", RefundState.Succeeded)]
    [InlineData("ABNORMAL", RefundState.Abnormal)]
    [InlineData("CLOSED", RefundState.Failed)]
    public async Task A_signed_notification_of_a_refund_becomes_a_report(string status, RefundState expected)
    {
        var verified = Assert.IsType<Verification.VerifiedRefund>(await VerifyAsync(Some.Notify(Envelope(status))));
        var report = Assert.Single(verified.Reports);
        Assert.Null(verified.Payment);
        Assert.Equal(expected, report.State);
        Assert.Equal(("R20261122000001", Some.PaymentNo, "50000000382019052709732678859"), (report.RefundNo, report.PaymentNo, report.ProviderRefundNo));
        Assert.Equal(Money.Cny(800), report.Amount);
        Assert.Equal(new ProviderAccount(Some.MchId, null), report.Account);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 4, 29, 59, TimeSpan.Zero), report.RefundedAt);
        Assert.Equal(status, report.ProviderState);
    }

    [Fact]
    public async Task S04_a_refund_is_read_only_after_its_signature()
    {
        var body = Envelope("SUCCESS");
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Some.Notify(body, Some.Signed(body, Keys.Merchant)))).Reason);
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Some.Notify(body.Replace("REFUND.SUCCESS", "REFUND.CLOSED", StringComparison.Ordinal), Some.Signed(body)))).Reason);
    }

    [Theory]
    [InlineData("REFUND.SUCCESS", "refund", "ABNORMAL")]
    [InlineData("REFUND.SUCCESS", "refund", "PROCESSING")]
    [InlineData("REFUND.CLOSED", "refund", "SUCCESS")]
    [InlineData("REFUND.ABNORMAL", "refund", "CLOSED")]
    [InlineData("REFUND.SUCCESS", "transaction", "SUCCESS")]
    [InlineData("REFUND.SUCCESS", "", "SUCCESS")]
    [InlineData("REFUND.PROCESSING", "refund", "PROCESSING")]
    [InlineData("refund.success", "refund", "SUCCESS")]
    [InlineData("TRANSACTION.SUCCESS", "refund", "SUCCESS")]
    [InlineData("TRANSACTION.SUCCESS", "transaction", "SUCCESS")]
    public async Task S12_event_type_and_content_must_say_the_same(string eventType, string originalType, string status) =>
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Some.Envelope(Some.RefundContent(status), eventType, originalType, "refund"))).Reason);

    [Theory]
    [InlineData("\"mchid\"", "\"sp_mchid\"")]
    [InlineData("\"out_trade_no\"", "\"other\"")]
    [InlineData("\"out_refund_no\"", "\"other\"")]
    [InlineData("\"refund_status\"", "\"status\"")]
    [InlineData("\"user_received_account\"", "\"trade_state\"")]
    public async Task A_content_that_is_about_none_of_our_refunds_is_not_for_here(string what, string instead) =>
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Envelope("SUCCESS", Some.RefundContent("SUCCESS").Replace(what, instead, StringComparison.Ordinal)))).Reason);

    [Theory]
    [InlineData("\"channel\":1,\"channel\":2,", RefusalReason.Malformed)]
    [InlineData("\"channel\":\"\\u0000\",", RefusalReason.Malformed)]
    public async Task X07_a_content_of_no_single_meaning_is_malformed(string more, RefusalReason reason) =>
        Assert.Equal(reason, (await RefusedAsync(Envelope("SUCCESS", Some.RefundContent("SUCCESS").Insert(1, more)))).Reason);

    [Fact]
    public async Task S11_a_content_sealed_with_another_key_is_refused() =>
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Some.Envelope(Some.RefundContent("SUCCESS"), "REFUND.SUCCESS", "refund", "refund", key: new string('k', 32)))).Reason);

    private static string Envelope(string status, string? content = null) =>
        Some.Envelope(content ?? Some.RefundContent(status), "REFUND." + status, "refund", "refund");
}
