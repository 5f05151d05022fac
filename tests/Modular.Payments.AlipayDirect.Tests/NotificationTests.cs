using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;
using static Modular.Payments.AlipayDirect.Tests.Door;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>What authentic notifications become.</summary>
public sealed class NotificationTests
{
    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task A_signed_and_confirmed_notification_becomes_a_report(Dialect dialect)
    {
        var report = await VerifiedAsync(Alipay.Signed(Some.Notification(), dialect), dialect);
        Assert.Equal(
            new PaymentReport
            {
                PaymentNo = Some.PaymentNo,
                State = ReportedState.Paid,
                Account = new ProviderAccount(Some.SellerId, null),
                Amount = Money.Cny(36800),
                ProviderTradeNo = "2026112200001000990000000001",
                PaidAt = new DateTimeOffset(2026, 11, 22, 4, 29, 59, TimeSpan.Zero),
                ProviderState = "TRADE_SUCCESS",
            },
            report);
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
        var report = await VerifiedAsync(Alipay.Signed(Some.Notification(("trade_status", status)), Dialect.Usual));
        Assert.Equal(expected, report.State);
        Assert.Equal(status, report.ProviderState);
        Assert.Equal(expected == ReportedState.Paid, report.PaidAt is not null);
    }

    [Fact]
    public async Task A_partial_refund_stays_paid_and_a_full_one_is_closed()
    {
        var partial = Some.Notification(("refund_status", "REFUND_SUCCESS"), ("gmt_refund", "2026-11-23 10:00:00"));
        Assert.Equal(ReportedState.Paid, (await VerifiedAsync(Alipay.Signed(partial, Dialect.Usual))).State);

        var full = Some.Notification(("refund_status", "REFUND_SUCCESS"), ("trade_status", "TRADE_CLOSED"));
        Assert.Equal(ReportedState.Closed, (await VerifiedAsync(Alipay.Signed(full, Dialect.Usual))).State);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/x-www-form-urlencoded; text/html; charset=utf-8")]
    [InlineData("Application/X-WWW-Form-Urlencoded;charset=???")]
    [InlineData("text/html")]
    public async Task An_irregular_content_type_decides_nothing(string? contentType)
    {
        var dialect = new Dialect("MD5", "gbk");
        var request = Some.Notify(Alipay.Signed(Some.Notification(), dialect), contentType);
        Assert.IsType<Verification.Verified>(await Provider(dialect).VerifyNotificationAsync(request, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_charset_that_the_message_names_goes_before_the_configured_one()
    {
        var gbk = new Dialect("MD5", "gbk");
        var fields = Some.Notification(("_input_charset", "GBK"), ("trade_no", "交易"));
        Assert.Equal("交易", (await VerifiedAsync(Alipay.Signed(fields, gbk), Dialect.Usual)).ProviderTradeNo);
        Assert.Equal("交易", (await VerifiedAsync(Alipay.Signed(Some.Notification(("trade_no", "交易")), gbk), gbk)).ProviderTradeNo);
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public void Any_text_survives_decoding_and_canonicalisation(Dialect dialect) =>
        (from subject in Gen.String
         from tradeNo in Gen.String[1, 60]
         from extra in Gen.String.Array[0, 5]
         select (subject: Writable(subject), tradeNo: Writable(tradeNo), extra))
        .Sample(
            t =>
            {
                var fields = Some.Notification(("subject", t.subject), ("trade_no", t.tradeNo));
                for (var i = 0; i < t.extra.Length; i++)
                {
                    fields[$"x{i}"] = Writable(t.extra[i]);
                }

                var report = ((Verification.Verified)Verify(Some.Notify(Alipay.Signed(fields, dialect)), dialect)).Report;
                return (report.ProviderTradeNo ?? "") == t.tradeNo;
            },
            iter: 300);

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public void What_was_started_comes_back_readable(Dialect dialect) =>
        Gen.String.Sample(
            subject =>
            {
                var started = (StartAnswer.Started)Provider(dialect).StartAsync(Some.Start() with { Subject = subject }, CancellationToken.None).GetAwaiter().GetResult();
                var sent = ((PaymentAction.Form)started.Action).Fields.ToDictionary();
                var fields = Some.Notification(("subject", sent["subject"]), ("out_trade_no", sent["out_trade_no"]), ("total_fee", sent["total_fee"]));
                return Verify(Some.Notify(Alipay.Signed(fields, dialect)), dialect) is Verification.Verified { Report.Amount: { Minor: 36800 } };
            },
            iter: 300);

    [Fact]
    public async Task Empty_values_may_be_signed_or_left_out()
    {
        var fields = Some.Notification(("extra_common_param", ""), ("body", ""));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Alipay.Signed(fields, Dialect.Usual)));

        var all = Encoding.UTF8.GetBytes(string.Join('&', fields.Select(f => $"{f.Key}={f.Value}")));
        Assert.IsType<Verification.Verified>(await VerifyAsync($"{Alipay.Encode(fields, Dialect.Usual)}&sign_type=MD5&sign={Alipay.SignBytes(all, "MD5")}"));
    }

    [Fact]
    public async Task Values_are_decoded_once_only()
    {
        var fields = Some.Notification(("extra_common_param", "a%3D1%26b%3D%2B"), ("body", "1 + 1 = 2, 100 %"));
        Assert.IsType<Verification.Verified>(await VerifyAsync(Alipay.Signed(fields, Dialect.Usual)));
    }

    [Fact]
    public async Task C10_an_amount_that_cannot_be_read_is_no_amount()
    {
        foreach (var amount in new[] { "368,00", "3.68e2", "-368.00", "368.001", "", " 368.00", "３68.00" })
        {
            Assert.Null((await VerifiedAsync(Alipay.Signed(Some.Notification(("total_fee", amount)), Dialect.Usual))).Amount);
        }
    }

    [Fact]
    public async Task T05_a_time_that_is_none_is_no_time()
    {
        foreach (var time in new[] { "20261122122959", "2026-11-22", "2026-13-01 00:00:00", "2026-11-22T12:29:59", "" })
        {
            Assert.Null((await VerifiedAsync(Alipay.Signed(Some.Notification(("gmt_payment", time)), Dialect.Usual))).PaidAt);
        }
    }

    [Fact]
    public void Notifications_verified_at_the_same_time_do_not_mix()
    {
        foreach (var dialect in Dialect.Four)
        {
            var requests = Enumerable.Range(0, 64)
                .Select(i => (No: $"P{i}", Request: Some.Notify(Alipay.Signed(Some.Notification(("out_trade_no", $"P{i}"), ("body", new string('客', i * 20))), dialect))))
                .ToArray();
            Parallel.For(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, round =>
            {
                var (number, request) = requests[round % requests.Length];
                Assert.Equal(number, Assert.IsType<Verification.Verified>(Provider(dialect)
                    .VerifyNotificationAsync(request, CancellationToken.None).AsTask().GetAwaiter().GetResult()).Report.PaymentNo);
            });
        }
    }

    // No U+0000, and no ampersand that would cut the signed text in two ways; both are refused elsewhere.
    private static string Writable(string text) => string.Concat(text.Where(c => c is not ('\0' or '&') && IsGbk(c)));

    private static bool IsGbk(char c)
    {
        try
        {
            return Dialect.Gbk.GetByteCount([c]) > 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
