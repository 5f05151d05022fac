using System.Text;
using CsCheck;
using Modular.Payments.Abstractions;
using static Modular.Payments.AlipayDirect.Tests.Door;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>What is not authentic has no effect, however it is made, even when Alipay would confirm its notify_id.</summary>
public sealed class NotificationSignatureTests
{
    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task S01_dropping_emptying_or_changing_any_parameter_is_refused(Dialect dialect)
    {
        var fields = Some.Notification();
        var pairs = Alipay.Signed(fields, dialect).Split('&');
        for (var i = 0; i < pairs.Length; i++)
        {
            var name = pairs[i].Split('=')[0];
            await RefusedAsync(string.Join('&', pairs.Where((_, index) => index != i)), dialect);
            await RefusedAsync(string.Join('&', pairs.Select((pair, index) => index == i ? $"{name}=" : pair)), dialect);
            await RefusedAsync(string.Join('&', pairs.Select((pair, index) => index == i ? $"{pair}0" : pair)), dialect);
            await RefusedAsync(string.Join('&', pairs.Select((pair, index) => index == i ? $"x{pair}" : pair)), dialect);
        }
    }

    [Theory]
    [InlineData("mm=Pay")]
    [InlineData("M=Pay")]
    [InlineData("%6D=Pay")]
    [InlineData("r=/pay/notify")]
    [InlineData("route=x")]
    [InlineData("instance=alipay-direct")]
    [InlineData("zzz=1")]
    public async Task No_added_parameter_is_overlooked(string added) =>
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync($"{Alipay.Signed(Some.Notification(), Dialect.Usual)}&{added}")).Reason);

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task What_a_router_adds_to_the_body_is_never_signed_and_changes_nothing(Dialect dialect)
    {
        var signed = Alipay.Signed(Some.Notification(), dialect);
        var untouched = await VerifiedAsync(signed, dialect);
        foreach (var body in new[] { $"{signed}&m=Home&c=Pay&a=notify", $"s=%2Fpay%2Fnotify&{signed}", $"m&a=1&{signed}&a=2&c=" })
        {
            Assert.Equal(untouched, await VerifiedAsync(body, dialect));
        }

        await RefusedAsync($"m=Home&{signed.Replace("368.00", "368.01", StringComparison.Ordinal)}", dialect);
    }

    [Fact]
    public async Task The_address_of_a_notification_is_no_part_of_it()
    {
        var body = Alipay.Signed(Some.Notification(), Dialect.Usual);
        var request = Some.Notify(body) with { Query = "m=Pay&total_fee=0.01" };
        Assert.IsType<Verification.Verified>(await Provider().VerifyNotificationAsync(request, TestContext.Current.CancellationToken));

        var inTheAddress = Some.Notify("") with { Query = body };
        Assert.IsType<Verification.Refused>(await Provider().VerifyNotificationAsync(inTheAddress, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task S01_a_missing_or_empty_sign_is_named_as_such()
    {
        Assert.Equal(RefusalReason.MissingSignature, (await RefusedAsync(Alipay.Encode(Some.Notification(), Dialect.Usual) + "&sign_type=MD5")).Reason);
        Assert.Equal(RefusalReason.MissingSignature, (await RefusedAsync(Alipay.Encode(Some.Notification(), Dialect.Usual) + "&sign_type=MD5&sign=")).Reason);
    }

    [Theory]
    [InlineData("MD5", "RSA")]
    [InlineData("MD5", "md5")]
    [InlineData("MD5", "MD5 ")]
    [InlineData("MD5", "DSA")]
    [InlineData("MD5", "")]
    [InlineData("RSA", "MD5")]
    [InlineData("RSA", "RSA2")]
    public async Task S05_another_sign_type_than_the_configured_one_is_refused(string ours, string theirs)
    {
        var dialect = new Dialect(ours, "utf-8");
        var body = Alipay.Signed(Some.Notification(), dialect).Replace($"sign_type={ours}", $"sign_type={Uri.EscapeDataString(theirs)}", StringComparison.Ordinal);
        Assert.Equal(RefusalReason.WrongAlgorithm, (await RefusedAsync(body, dialect)).Reason);

        var absent = Alipay.Signed(Some.Notification(), dialect).Replace($"&sign_type={ours}", "", StringComparison.Ordinal);
        Assert.Equal(RefusalReason.WrongAlgorithm, (await RefusedAsync(absent, dialect)).Reason);
    }

    [Fact]
    public async Task S05_a_message_signed_in_the_other_algorithm_is_refused_whatever_it_calls_itself()
    {
        foreach (var (ours, theirs) in new[] { ("RSA", "MD5"), ("MD5", "RSA") })
        {
            var sign = Uri.EscapeDataString(Alipay.Sign(Some.Notification(), new Dialect(theirs, "utf-8")));
            var body = Alipay.Encode(Some.Notification(), Dialect.Usual);
            Assert.IsType<Verification.Refused>(await VerifyAsync($"{body}&sign={sign}&sign_type={ours}", new Dialect(ours, "utf-8")));
            Assert.IsType<Verification.Refused>(await VerifyAsync($"{body}&sign={sign}&sign_type={theirs}", new Dialect(ours, "utf-8")));
        }
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task S01_another_key_and_another_charset_are_refused(Dialect dialect)
    {
        var refused = await RefusedAsync(Alipay.Signed(Some.Notification(), dialect, "vutsrqponmlkjihgfedcba9876543210", Keys.Stranger), dialect);
        Assert.Equal(RefusalReason.WrongSignature, refused.Reason);
        Assert.Contains(dialect.SignType == "MD5" ? "Key" : "AlipayPublicKey", refused.Detail, StringComparison.Ordinal);

        // The same text, signed in one charset and sent in the other.
        var other = dialect with { Charset = dialect.Charset == "gbk" ? "utf-8" : "gbk" };
        var sign = Uri.EscapeDataString(Alipay.Sign(Some.Notification(), other));
        await RefusedAsync($"{Alipay.Encode(Some.Notification(), dialect)}&sign={sign}&sign_type={dialect.SignType}", dialect);
    }

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public void S08_every_flipped_bit_of_the_message_is_refused(Dialect dialect)
    {
        var body = Encoding.ASCII.GetBytes(Alipay.Signed(Some.Notification(), dialect));
        (from position in Gen.Int[0, body.Length - 1]
         from bit in Gen.Int[0, 7]
         select (position, bit)).Sample(
            t =>
            {
                var flipped = (byte[])body.Clone();
                flipped[t.position] ^= (byte)(1 << t.bit);
                return Verify(new RawRequest("POST", "", [], flipped), dialect) is Verification.Refused || MeansTheSame(body, flipped);
            },
            iter: 2000);
    }

    [Theory]
    [InlineData("MD5", "AAAA")]
    [InlineData("MD5", "00000000000000000000000000000000")]
    [InlineData("RSA", "AAAA")]
    [InlineData("RSA", "not base64!")]
    [InlineData("RSA", "=")]
    public async Task S08_a_broken_signature_is_wrong_and_throws_nothing(string signType, string sign)
    {
        var dialect = new Dialect(signType, "utf-8");
        var body = $"{Alipay.Encode(Some.Notification(), dialect)}&sign_type={signType}&sign={Uri.EscapeDataString(sign)}";
        Assert.Equal(RefusalReason.WrongSignature, (await RefusedAsync(body, dialect)).Reason);
    }

    [Theory]
    [InlineData("MD5")]
    [InlineData("RSA")]
    public async Task S08_there_is_one_way_to_write_a_signature(string signType)
    {
        var dialect = new Dialect(signType, "utf-8");
        var sign = Alipay.Sign(Some.Notification(), dialect);
        string[] wrong =
        [
            sign.ToUpperInvariant(), sign[..^4], sign + "AAAA", sign + " ", " " + sign, sign + "\n",
            sign + "\0", new string('A', 60_000), sign.TrimEnd('=') + "===",
        ];
        foreach (var candidate in wrong)
        {
            var refused = await RefusedAsync($"{Alipay.Encode(Some.Notification(), dialect)}&sign_type={signType}&sign={Uri.EscapeDataString(candidate)}", dialect);
            Assert.Equal(RefusalReason.WrongSignature, refused.Reason);
        }
    }

    [Fact]
    public async Task A_plus_that_became_a_space_is_explained()
    {
        var dialect = new Dialect("RSA", "utf-8");
        var sign = Alipay.Sign(Some.Notification(), dialect).Insert(10, " ");
        Assert.Contains("spaces", (await RefusedAsync($"{Alipay.Encode(Some.Notification(), dialect)}&sign_type=RSA&sign={Uri.EscapeDataString(sign)}", dialect)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_shops_own_signed_requests_are_no_notifications()
    {
        // With MD5 both sides sign with one key, and the shopper's browser sees what the shop has signed.
        var form = (PaymentAction.Form)((StartAnswer.Started)await Provider().StartAsync(Some.Start(), TestContext.Current.CancellationToken)).Action;
        var reflected = $"{Alipay.Encode(form.Fields, Dialect.Usual)}&_input_charset=utf-8";
        Assert.Equal(RefusalReason.NotForHere, (await RefusedAsync(reflected)).Reason);
        await RefusedAsync($"{reflected}&trade_status=TRADE_SUCCESS&notify_type=trade_status_sync&notify_id=1");
    }

    [Theory]
    [InlineData("body=x&buyer_email=a")]
    [InlineData("a&b=c")]
    [InlineData("&=")]
    public async Task A_value_that_could_be_cut_into_two_parameters_is_malformed_even_when_signed(string value)
    {
        var refused = await RefusedAsync(Alipay.Signed(Some.Notification(("extra_common_param", value)), Dialect.Usual));
        Assert.Equal(RefusalReason.Malformed, refused.Reason);
        Assert.Contains("extra_common_param", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signed_message_cannot_be_cut_anew()
    {
        // Every way to join two neighbours into one value keeps the signed text and loses a parameter.
        var pairs = Some.Notification().ToArray();
        var sign = Alipay.Sign(pairs, Dialect.Usual);
        for (var i = 0; i + 1 < pairs.Length; i++)
        {
            KeyValuePair<string, string>[] joined =
                [.. pairs[..i], new(pairs[i].Key, $"{pairs[i].Value}&{pairs[i + 1].Key}={pairs[i + 1].Value}"), .. pairs[(i + 2)..]];
            Assert.Equal(sign, Alipay.Sign(joined, Dialect.Usual));
            Assert.Equal(RefusalReason.Malformed, (await RefusedAsync($"{Alipay.Encode(joined, Dialect.Usual)}&sign={sign}&sign_type=MD5")).Reason);

            // Or into one name.
            KeyValuePair<string, string>[] named =
                [.. pairs[..i], new($"{pairs[i].Key}={pairs[i].Value}&{pairs[i + 1].Key}", pairs[i + 1].Value), .. pairs[(i + 2)..]];
            var body = string.Join('&', named.Select(f => $"{Uri.EscapeDataString(f.Key)}={Uri.EscapeDataString(f.Value)}"));
            Assert.Equal(RefusalReason.Malformed, (await RefusedAsync($"{body}&sign={sign}&sign_type=MD5")).Reason);
        }
    }

    // A flipped bit in a hex digit's case or between two encodings of one character leaves the same message.
    private static bool MeansTheSame(byte[] one, byte[] other)
    {
        var text = Encoding.Latin1.GetString(other);
        return text.Split('&').All(pair => pair.Contains('=', StringComparison.Ordinal))
            && Decode(Encoding.Latin1.GetString(one)).SequenceEqual(Decode(text));
    }

    private static IEnumerable<string> Decode(string body) =>
        body.Split('&').Select(pair => Convert.ToHexString(Alipay.PercentDecode(pair))).Order(StringComparer.Ordinal);
}
