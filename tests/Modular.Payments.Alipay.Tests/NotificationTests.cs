using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Tests;

public sealed class NotificationTests
{
    private static readonly IPaymentProvider Provider = Some.Provider();
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
    public async Task A_partial_refund_stays_paid_and_a_full_one_is_closed()
    {
        var partial = Some.Notification(("refund_fee", "1.00"), ("gmt_refund", "2026-11-23 10:00:00.123"), ("out_biz_no", "R1"));
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
    [InlineData("utf-16")]
    [InlineData("us-ascii")]
    public async Task An_unheard_of_charset_is_malformed(string charset) =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(Some.SignedBody(Some.Notification(("charset", charset))))).Reason);

    [Fact]
    public void Any_text_survives_decoding_and_canonicalisation() =>
        (from subject in Gen.String
         from extra in Gen.String.Array[0, 5]
         select (subject, extra))
        .Where(t => IsWellFormed(t.subject) && t.extra.All(IsWellFormed))
        .Sample(
            t =>
            {
                var fields = Some.Notification(("subject", t.subject));
                for (var i = 0; i < t.extra.Length; i++)
                {
                    fields[$"x{i}"] = t.extra[i];
                }

                return Verify(Some.Notify(Some.SignedBody(fields))) is Verification.Verified;
            },
            iter: 300);

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
    public async Task S01_dropping_any_parameter_is_refused()
    {
        var fields = Some.Notification();
        var pairs = Some.SignedBody(fields).Split('&');
        for (var i = 0; i < pairs.Length; i++)
        {
            var body = string.Join('&', pairs.Where((_, index) => index != i));
            Assert.IsType<Verification.Refused>(await VerifyAsync(Some.Notify(body)));
        }
    }

    [Fact]
    public async Task S01_a_missing_or_empty_sign_is_named_as_such()
    {
        Assert.Equal(RefusalReason.MissingSignature, (await RefusedAsync(Some.Encode(Some.Notification()) + "&sign_type=RSA2")).Reason);
        Assert.Equal(RefusalReason.MissingSignature, (await RefusedAsync(Some.Encode(Some.Notification()) + "&sign_type=RSA2&sign=")).Reason);
    }

    [Fact]
    public async Task S03_no_header_stands_in_for_a_signature()
    {
        var forged = Encoding.ASCII.GetBytes(Some.SignedBody(Some.Notification(), key: Keys.App));
        var request = new RawRequest("POST", "", [new("Content-Type", "application/x-www-form-urlencoded"), new("Host", "localhost"), new("X-Forwarded-For", "127.0.0.1")], forged);
        Assert.IsType<Verification.Refused>(await VerifyAsync(request));
    }

    [Theory]
    [InlineData("batch_refund_notify")]
    [InlineData("")]
    public async Task S04_another_kind_of_notification_is_verified_and_then_sent_away(string type)
    {
        var fields = Some.Notification(("notify_type", type));
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Some.SignedBody(fields))).Reason);
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(Some.SignedBody(fields, key: Keys.App))).Reason);
    }

    [Theory]
    [InlineData("out_trade_no")]
    [InlineData("trade_status")]
    [InlineData("notify_type")]
    public async Task A_signed_message_without_what_names_a_payment_is_not_for_here(string missing)
    {
        var fields = Some.Notification();
        fields.Remove(missing);
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(Some.SignedBody(fields))).Reason);
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("rsa2")]
    [InlineData("MD5")]
    [InlineData("")]
    [InlineData("RSA2 ")]
    public async Task S05_a_downgraded_sign_type_is_refused(string type)
    {
        var body = Some.SignedBody(Some.Notification()).Replace("sign_type=RSA2", "sign_type=" + Uri.EscapeDataString(type), StringComparison.Ordinal);
        Assert.Equal(RefusalReason.WrongAlgorithm, (await RefusedAsync(body)).Reason);
    }

    [Fact]
    public async Task S05_an_absent_sign_type_is_refused()
    {
        var body = Some.SignedBody(Some.Notification()).Replace("&sign_type=RSA2", "", StringComparison.Ordinal);
        Assert.Equal(RefusalReason.WrongAlgorithm, (await RefusedAsync(body)).Reason);
    }

    [Fact]
    public async Task S05_a_genuine_sha1_signature_is_refused_whatever_it_calls_itself()
    {
        var fields = Some.Notification();
        var canonical = string.Join('&', fields.Select(f => $"{f.Key}={f.Value}"));
#pragma warning disable CA5350 // The weak algorithm is what the test is about.
        var sha1 = Convert.ToBase64String(Keys.Alipay.SignData(Encoding.UTF8.GetBytes(canonical), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));
#pragma warning restore CA5350
        foreach (var type in new[] { "RSA", "RSA2" })
        {
            Assert.IsType<Verification.Refused>(await VerifyAsync(Some.Notify($"{Some.Encode(fields)}&sign_type={type}&sign={Uri.EscapeDataString(sha1)}")));
        }
    }

    [Fact]
    public void S08_every_flipped_bit_of_the_message_is_refused()
    {
        var body = Encoding.ASCII.GetBytes(Some.SignedBody(Some.Notification()));
        (from position in Gen.Int[0, body.Length - 1]
         from bit in Gen.Int[0, 7]
         select (position, bit)).Sample(
            t =>
            {
                var flipped = (byte[])body.Clone();
                flipped[t.position] ^= (byte)(1 << t.bit);
                return Verify(new RawRequest("POST", "", [new("Content-Type", "application/x-www-form-urlencoded")], flipped)) is Verification.Refused
                    || MeansTheSame(body, flipped);
            },
            iter: 3000);
    }

    [Theory]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    [InlineData("=")]
    public async Task S08_a_broken_signature_is_wrong_and_throws_nothing(string sign)
    {
        var body = $"{Some.Encode(Some.Notification())}&sign_type=RSA2&sign={Uri.EscapeDataString(sign)}";
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(body)).Reason);
    }

    [Fact]
    public async Task S08_truncated_extended_and_enormous_signatures_are_wrong()
    {
        var fields = Some.Notification();
        var sign = Some.Sign(fields);
        string[] wrong = [sign[..^4], sign + "AAAA", sign + " ", new string('A', 1_000_000)];
        foreach (var candidate in wrong)
        {
            var refused = await RefusedAsync($"{Some.Encode(fields)}&sign_type=RSA2&sign={Uri.EscapeDataString(candidate)}");
            Assert.Equal(RefusalReason.WrongSignature, refused.Reason);
        }
    }

    [Fact]
    public async Task A_plus_that_became_a_space_is_explained()
    {
        var fields = Some.Notification();
        var sign = Some.Sign(fields).Replace('+', ' ').Insert(10, " ");
        Assert.Contains("spaces", (await RefusedAsync($"{Some.Encode(fields)}&sign_type=RSA2&sign={Uri.EscapeDataString(sign)}")).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("total_amount=0.01&")]
    [InlineData("sign=AAAA&")]
    [InlineData("sign_type=RSA2&")]
    [InlineData("%74otal_amount=0.01&")]
    [InlineData("charset&")]
    public async Task B13_a_parameter_that_stands_twice_is_malformed(string second)
    {
        var refused = await RefusedAsync(second + Some.SignedBody(Some.Notification()));
        Assert.Equal(RefusalReason.Malformed, refused.Reason);
        Assert.Contains("twice", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a=%")]
    [InlineData("a=%4")]
    [InlineData("a=%zz")]
    [InlineData("a=%u4e2d")]
    [InlineData("%=1")]
    [InlineData("=1")]
    [InlineData("")]
    public async Task X07_broken_percent_encoding_is_malformed(string body) =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(body)).Reason);

    [Fact]
    public async Task X07_a_thousand_parameters_are_malformed() =>
        Assert.Equal(RefusalReason.Malformed, (await RefusedAsync(string.Join('&', Enumerable.Range(0, 1000).Select(i => $"p{i}=1")))).Reason);

    [Theory]
    [InlineData("%00")]
    [InlineData("%ED%A0%80")]
    [InlineData("%FF")]
    public async Task X07_text_that_no_database_takes_is_malformed_even_when_signed(string encoded)
    {
        var fields = Some.Notification();
        fields.Remove("trade_no");
        byte[] value = [.. encoded.Split('%', StringSplitOptions.RemoveEmptyEntries).Select(hex => Convert.ToByte(hex, 16))];

        // trade_no stands before trade_status and version in the signed order.
        var canonical = Splice(fields, value);
        var sign = Convert.ToBase64String(Keys.Alipay.SignData(canonical, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var refused = await RefusedAsync($"{Some.Encode(fields)}&trade_no={encoded}&sign_type=RSA2&sign={Uri.EscapeDataString(sign)}");
        Assert.Equal(RefusalReason.Malformed, refused.Reason);
        Assert.Contains("trade_no", refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data")]
    [InlineData(null)]
    public async Task A_notification_that_is_no_form_is_malformed(string? contentType) =>
        Assert.Equal(RefusalReason.Malformed, Assert.IsType<Verification.Refused>(await VerifyAsync(Some.Notify(Some.SignedBody(Some.Notification()), contentType))).Reason);

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
    public async Task A_refusal_carries_what_was_checked_and_the_number_as_a_hint()
    {
        var refused = await RefusedAsync(Some.SignedBody(Some.Notification(), key: Keys.App));
        Assert.Equal(Some.PaymentNo, refused.PaymentNoHint);
        Assert.StartsWith("app_id=" + Some.AppId + "&auth_app_id=", refused.Evidence!.Canonical, StringComparison.Ordinal);
        Assert.DoesNotContain("sign", refused.Evidence.Canonical, StringComparison.Ordinal);
        Assert.Contains("预订庭院客房订单", refused.Evidence.Canonical, StringComparison.Ordinal);
        Assert.Equal("AlipayPublicKey", refused.Evidence.Key);
        Assert.Equal("RSA2", refused.Evidence.Algorithm);

        var odd = Some.SignedBody(Some.Notification(("out_trade_no", "a'; drop")), key: Keys.App);
        Assert.Null((await RefusedAsync(odd)).PaymentNoHint);
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
    public void The_acknowledgement_is_seven_bytes_and_the_refusal_is_something_else()
    {
        var acknowledgement = Provider.Acknowledge();
        Assert.Equal((200, "text/plain", "success"), (acknowledgement.StatusCode, acknowledgement.ContentType, Encoding.ASCII.GetString(acknowledgement.Body.Span)));
        var refusal = Provider.Refuse();
        Assert.Equal((400, "text/plain", "fail"), (refusal.StatusCode, refusal.ContentType, Encoding.ASCII.GetString(refusal.Body.Span)));
    }

    private static byte[] Splice(SortedDictionary<string, string> fields, byte[] tradeNo)
    {
        var names = fields.Keys.Append("trade_no").Order(StringComparer.Ordinal);
        return [.. names.SelectMany((name, i) => (byte[])[.. Encoding.UTF8.GetBytes((i > 0 ? "&" : "") + name + "="), .. name == "trade_no" ? tradeNo : Encoding.UTF8.GetBytes(fields[name])])];
    }

    // A flipped bit in a hex digit's case or between two encodings of one character leaves the same message.
    private static bool MeansTheSame(byte[] one, byte[] other) =>
        Encoding.Latin1.GetString(other) is var text && !HasBrokenPercent(text)
        && StubGateway.Decode(Encoding.Latin1.GetString(one)).OrderBy(p => p.Key, StringComparer.Ordinal).SequenceEqual(StubGateway.Decode(text).OrderBy(p => p.Key, StringComparer.Ordinal));

    private static bool HasBrokenPercent(string text) => text.Split('&').Any(pair => !pair.Contains('=', StringComparison.Ordinal));

    private static bool IsWellFormed(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);

    private static Verification Verify(RawRequest request) =>
        Provider.VerifyNotificationAsync(request, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private static async Task<Verification> VerifyAsync(RawRequest request) =>
        await Provider.VerifyNotificationAsync(request, TestContext.Current.CancellationToken);

    private static async Task<PaymentReport> VerifiedAsync(string body) =>
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(body))).Report;

    private static async Task<Verification.Refused> RefusedAsync(string body) =>
        Assert.IsType<Verification.Refused>(await VerifyAsync(Some.Notify(body)));
}
