using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;
using static Modular.Payments.Alipay.Tests.Door;

namespace Modular.Payments.Alipay.Tests;

/// <summary>What authentic notifications become.</summary>
public sealed class NotificationTests
{
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding(54936)!;
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!;

    [Fact]
    public async Task A_signed_notification_becomes_a_report()
    {
        var report = await VerifiedAsync(Some.SignedBody(Some.Notification()));

        Assert.Equal(Some.PaymentNo, report.PaymentNo);
        Assert.Equal(ReportedState.Paid, report.State);
        Assert.Equal(new ProviderAccount(Some.SellerId, Some.AppId), report.Account);
        Assert.Equal(Money.Cny(36800), report.Amount);
        Assert.Equal("2026112222001400000000000001", report.ProviderTradeNo);
        Assert.Equal("TRADE_SUCCESS", report.ProviderState);
    }

    [Fact]
    public async Task T05_payment_time_is_read_at_plus_eight_and_reported_in_utc()
    {
        var report = await VerifiedAsync(Some.SignedBody(Some.Notification(("gmt_payment", "2026-11-22 00:00:01"))));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 16, 0, 1, TimeSpan.Zero), report.PaidAt);
        Assert.Equal(TimeSpan.Zero, report.PaidAt!.Value.Offset);
    }

    [Theory]
    [InlineData("TRADE_SUCCESS", ReportedState.Paid)]
    [InlineData("TRADE_FINISHED", ReportedState.Paid)]
    [InlineData("TRADE_CLOSED", ReportedState.Closed)]
    [InlineData("WAIT_BUYER_PAY", ReportedState.Pending)]
    [InlineData("TRADE_PENDING", ReportedState.Pending)]
    [InlineData("trade_success", ReportedState.Pending)]
    public async Task Only_success_and_finished_are_paid(string status, ReportedState expected)
    {
        var report = await VerifiedAsync(Some.SignedBody(Some.Notification(("trade_status", status))));
        Assert.Equal(expected, report.State);
        Assert.Equal(status, report.ProviderState);
    }

    [Fact]
    public async Task A_partial_refund_without_its_number_stays_paid_and_a_full_one_is_closed()
    {
        var partial = Some.Notification(("refund_fee", "1.00"), ("gmt_refund", "2026-11-23 10:00:00.123"));
        Assert.Equal(ReportedState.Paid, (await VerifiedAsync(Some.SignedBody(partial))).State);

        var full = Some.Notification(("refund_fee", "368.00"), ("trade_status", "TRADE_CLOSED"), ("gmt_refund", "2026-11-23 10:00:00.123"));
        Assert.Equal(ReportedState.Closed, (await VerifiedAsync(Some.SignedBody(full))).State);
    }

    [Theory]
    [InlineData("gbk")]
    [InlineData("GBK")]
    [InlineData("gb2312")]
    [InlineData("gb18030")]
    public async Task The_charset_parameter_decides_and_not_the_content_type(string charset)
    {
        var encoding = charset == "gb18030" ? Gb18030 : Gbk;
        var body = Some.SignedBody(Some.Notification(("charset", charset), ("subject", "预订湖畔一居订单")), encoding);
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(body, "application/x-www-form-urlencoded; charset=utf-8")));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(body, "Application/X-WWW-Form-Urlencoded;text/html;charset=???")));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(body, "application/x-www-form-urlencoded")));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("gb18030")]
    public void Any_text_survives_decoding_and_canonicalisation(string charset)
    {
        var encoding = charset == "utf-8" ? Encoding.UTF8 : Gb18030;
        (from subject in Gen.String
         from extra in Gen.String.Array[0, 5]
         select (subject, extra))
        .Where(t => IsWellFormed(t.subject) && t.extra.All(IsWellFormed))
        .Sample(
            t =>
            {
                var fields = Some.Notification(("charset", charset), ("subject", t.subject));
                for (var i = 0; i < t.extra.Length; i++)
                {
                    fields[$"x{i}"] = t.extra[i];
                }

                return Verify(Some.Notify(Some.SignedBody(fields, encoding))) is Verification.Verified;
            },
            iter: 300);
    }

    [Fact]
    public void T05_every_wall_time_round_trips() =>
        Gen.DateTime[new DateTime(1990, 1, 1), new DateTime(2090, 1, 1)].Sample(
            wall =>
            {
                var text = wall.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
                var read = Wire.BeijingTime.Read(text);
                return read!.Value.Offset == TimeSpan.Zero && Wire.BeijingTime.Write(read.Value) == text;
            },
            iter: 2000);

    [Fact]
    public async Task Empty_values_may_be_signed_or_left_out()
    {
        var fields = Some.Notification(("passback_params", ""), ("body", ""));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(Some.SignedBody(fields))));

        var sign = Some.Sign(fields.Where(f => f.Value.Length > 0));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify($"{Some.Encode(fields)}&sign_type=RSA2&sign={Uri.EscapeDataString(sign)}")));
    }

    [Fact]
    public async Task The_certificate_serial_may_be_signed_or_left_out()
    {
        var fields = Some.Notification(("alipay_cert_sn", "0123456789abcdef0123456789abcdef"));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(Some.SignedBody(fields))));

        var sign = Some.Sign(fields.Where(f => f.Key != "alipay_cert_sn"));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify($"{Some.Encode(fields)}&sign_type=RSA2&sign={Uri.EscapeDataString(sign)}")));
    }

    [Fact]
    public async Task Values_are_decoded_once_only()
    {
        var fields = Some.Notification(("passback_params", "a%3D1%26b%3D%2B"), ("body", "1 + 1 = 2 & 100 %"));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(Some.SignedBody(fields))));
    }

    [Fact]
    public async Task C10_an_amount_that_cannot_be_read_is_no_amount()
    {
        foreach (var amount in new[] { "368,00", "3.68e2", "-368.00", "368.001", "" })
        {
            Assert.Null((await VerifiedAsync(Some.SignedBody(Some.Notification(("total_amount", amount))))).Amount);
        }
    }

    [Fact]
    public void Notifications_verified_at_the_same_time_do_not_mix()
    {
        var requests = Enumerable.Range(0, 64)
            .Select(i => (No: $"P{i}", Request: Some.Notify(Some.SignedBody(Some.Notification(("out_trade_no", $"P{i}"), ("body", new string('x', i * 20)))))))
            .ToArray();
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, round =>
        {
            var (number, request) = requests[round % requests.Length];
            Assert.Equal(number, Assert.IsType<Verification.Verified>(Verify(request)).Report.PaymentNo);
        });
    }

    [Fact]
    public void The_acknowledgement_is_seven_bytes_and_the_refusal_is_something_else()
    {
        var acknowledgement = Provider.Acknowledge();
        Assert.Equal((200, "text/plain", "success"), (acknowledgement.StatusCode, acknowledgement.ContentType, Encoding.ASCII.GetString(acknowledgement.Body.Span)));
        var refusal = Provider.Refuse();
        Assert.Equal((400, "text/plain", "fail"), (refusal.StatusCode, refusal.ContentType, Encoding.ASCII.GetString(refusal.Body.Span)));
    }

    private static bool IsWellFormed(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);
}
