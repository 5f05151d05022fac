using System.Security.Cryptography;
using System.Text;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>Only what Alipay signed, as Alipay signs it, is believed; everything else changes nothing and is kept with the reason.</summary>
public sealed class NotifyAuthenticityTests(Shops shops)
{
    private const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task S01_a_notification_without_its_signature_is_refused(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();

        foreach (var missing in new[] { "sign", "sign_type" })
        {
            var fields = Fields(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))).Where(field => field.Key != missing);
            var row = await RefusedAsync(shop, AlipayParty.Form(fields), missing == "sign" ? "missing_signature" : "wrong_algorithm");
            Assert.Equal(paymentNo, row.PaymentNo);
        }

        await RefusedAsync(shop, AlipayParty.Form(AlipayParty.PaidFields(paymentNo, "0.01")), "missing_signature");
        await RefusedAsync(shop, AlipayParty.Form(AlipayParty.PaidFields(paymentNo, "0.01").Append(new("sign", "")).Append(new("sign_type", "RSA2"))), "missing_signature");
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task S01_a_field_left_out_after_signing_is_refused_whichever_it_is()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var signed = Fields(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")));

        foreach (var left in signed.Select(field => field.Key))
        {
            var answer = await shop.NotifyAsync(AlipayParty.Form(signed.Where(field => field.Key != left)));
            Assert.Equal((400, "fail"), answer);
        }

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("MD5")]
    [InlineData("rsa2")]
    [InlineData("RSA2 ")]
    [InlineData("RSA2,RSA2")]
    [InlineData("none")]
    [InlineData("HMAC-SHA256")]
    [InlineData("")]
    public async Task S05_the_message_does_not_choose_the_algorithm(string signType)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var fields = AlipayParty.PaidFields(paymentNo, "0.01");
        var content = string.Join('&', fields.Select(field => $"{field.Key}={field.Value}"));
        var sha1 = Convert.ToBase64String(shop.Alipay.AlipayKey.SignData(Encoding.UTF8.GetBytes(content), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));
        var right = Fields(shop.Alipay.Sign(fields)).Single(field => field.Key == "sign").Value;
        var hmac = Convert.ToBase64String(HMACSHA256.HashData(shop.Alipay.AlipayKey.ExportSubjectPublicKeyInfo(), Encoding.UTF8.GetBytes(content)));

        foreach (var sign in new[] { sha1, right, hmac })
        {
            await RefusedAsync(shop, AlipayParty.Form(fields.Append(new("sign", sign)).Append(new("sign_type", signType))), "wrong_algorithm");
        }

        // With the right word, the weaker signature is still none.
        await RefusedAsync(shop, AlipayParty.Form(fields.Append(new("sign", sha1)).Append(new("sign_type", "RSA2"))), "wrong_signature");
        await RefusedAsync(shop, AlipayParty.Form(fields.Append(new("sign", hmac)).Append(new("sign_type", "RSA2"))), "wrong_signature");
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task S08_an_altered_truncated_or_huge_signature_is_refused()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var fields = AlipayParty.PaidFields(paymentNo, "0.01");
        var right = Fields(shop.Alipay.Sign(fields)).Single(field => field.Key == "sign").Value;
        var bytes = Convert.FromBase64String(right);
        var signatures = new List<string>
        {
            right[..^4], right[..10], right + "=", right + "AAAA", " " + right, right + "\n", right.ToLowerInvariant(), "!!!!", new('A', 1024), new('A', 40_000),
            right.Replace('+', '-').Replace('/', '_') + "-", Convert.ToHexString(bytes), Convert.ToBase64String([.. bytes, 0]), Convert.ToBase64String(new byte[bytes.Length]),
        };
        for (var bit = 0; bit < bytes.Length * 8; bit += 131)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            signatures.Add(Convert.ToBase64String(flipped));
        }

        foreach (var sign in signatures)
        {
            await RefusedAsync(shop, AlipayParty.Form(fields.Append(new("sign", sign)).Append(new("sign_type", "RSA2"))), "wrong_signature");
        }

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task Another_key_signs_nothing_for_us(string store)
    {
        var shop = await shops.OnAsync(store);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        using var stranger = RSA.Create(2048);

        await RefusedAsync(shop, shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"), stranger), "wrong_signature");
        await RefusedAsync(shop, shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"), shop.Alipay.AppKey), "wrong_signature");
        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task Unknown_parameters_count_when_they_are_signed_and_spoil_the_message_when_they_are_not()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var fields = AlipayParty.PaidFields(paymentNo, "0.01");
        await RefusedAsync(shop, shop.Alipay.Sign(fields) + "&voucher_detail=1", "wrong_signature");
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        fields["something_new"] = "谢谢 & = %";
        Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(fields)));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task B13_a_parameter_given_twice_is_refused_even_with_the_same_value()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var form = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));

        foreach (var again in new[] { "total_amount=100.00", "total_amount=0.01", "trade_status=TRADE_SUCCESS", "sign=x", "sign_type=RSA2", "%74otal_amount=0.01", $"out_trade_no={paymentNo}" })
        {
            await RefusedAsync(shop, $"{form}&{again}", "malformed");
            await RefusedAsync(shop, $"{again}&{form}", "malformed");
        }

        await shop.AssertUntouchedAsync(orderNo, paymentNo);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:80")]
    [InlineData("127.0.0.1")]
    [InlineData("openapi.alipay.com")]
    [InlineData("attacker.example")]
    public async Task S03_neither_the_host_nor_forwarding_headers_make_a_forgery_true_or_a_truth_false(string host)
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        (string, string)[] headers =
        [
            ("Host", host), ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "localhost"), ("X-Forwarded-Proto", "https"), ("X-Real-IP", "::1"), ("Forwarded", "for=127.0.0.1;host=localhost"),
        ];
        var right = shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"));
        using var stranger = RSA.Create(2048);

        var forged = await shop.Web.SendTextAsync(HttpMethod.Post, "/payments/alipay/notify", Http.Bytes(Encoding.Latin1.GetBytes(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"), stranger)), Form), headers);
        Assert.Equal((400, "fail"), (forged.Status, forged.Text));
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        var genuine = await shop.Web.SendTextAsync(HttpMethod.Post, "/payments/alipay/notify", Http.Bytes(Encoding.Latin1.GetBytes(right), Form), headers);
        Assert.Equal((200, "success"), (genuine.Status, genuine.Text));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Theory]
    [MemberData(nameof(Shops.All), MemberType = typeof(Shops))]
    public async Task S10_the_charset_that_the_message_declares_decides_how_its_bytes_are_read(string store)
    {
        var shop = await shops.OnAsync(store);
        var gbk = CodePagesEncodingProvider.Instance.GetEncoding("gbk")!;
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var fields = AlipayParty.PaidFields(paymentNo, "0.01");
        fields["charset"] = "gbk";
        await RefusedAsync(shop, shop.Alipay.Sign(fields, encoding: gbk).Replace("charset=gbk", "charset=utf-8", StringComparison.Ordinal), "wrong_signature");
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        Assert.Equal((200, "success"), await shop.NotifyAsync(shop.Alipay.Sign(fields, encoding: gbk)));
        await shop.AssertPaidOnceAsync(orderNo, paymentNo);
    }

    [Fact]
    public async Task A_message_that_is_no_form_or_is_empty_is_refused()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        var (orderNo, paymentNo) = await shop.StartedAsync();
        var body = Encoding.Latin1.GetBytes(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01")));

        foreach (var contentType in new[] { "application/json", "text/plain", "multipart/form-data", null })
        {
            var reply = await shop.Web.SendTextAsync(HttpMethod.Post, "/payments/alipay/notify", Http.Bytes(body, contentType));
            Assert.Equal((400, "fail"), (reply.Status, reply.Text));
        }

        Assert.Equal("refused", (await shop.InboxRowAsync(body))!.Verdict);
        Assert.Equal((400, "fail"), await shop.NotifyAsync(""));
        Assert.Equal((400, "fail"), await shop.NotifyAsync("&&&"));
        Assert.Equal((400, "fail"), await shop.NotifyAsync("a=%zz"));
        await shop.AssertUntouchedAsync(orderNo, paymentNo);

        // The same bytes with the right type are what they always were.
        Assert.Equal((200, "success"), await shop.NotifyAsync(Encoding.Latin1.GetString(body)));
        Assert.Equal("accepted", (await shop.InboxRowAsync(body))!.Verdict);
    }

    [Fact]
    public async Task F23_X08_a_body_above_64_KiB_is_refused_and_its_sender_sees_the_refusal()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        foreach (var mebibytes in new[] { 1, 4 })
        {
            using var large = new StreamContent(new MemoryStream(new byte[mebibytes * 1024 * 1024]));
            large.Headers.TryAddWithoutValidation("Content-Type", Form);
            Assert.Equal(413, (await shop.Web.SendTextAsync(HttpMethod.Post, "/payments/alipay/notify", large)).Status);
            using var endless = new StreamContent(new MemoryStream(new byte[mebibytes * 1024 * 1024]));
            endless.Headers.TryAddWithoutValidation("Content-Type", Form);
            Assert.Equal(413, (await shop.Web.SendTextAsync(HttpMethod.Post, "/payments/alipay/notify", endless, ("Transfer-Encoding", "chunked"))).Status);
        }

        var (status, body) = await shop.NotifyAsync(new string('a', 64 * 1024) + "=1");
        Assert.Equal(413, status);
        Assert.NotEqual("success", body);

        using var chunked = new StreamContent(new MemoryStream(new byte[200 * 1024]));
        chunked.Headers.TryAddWithoutValidation("Content-Type", Form);
        var reply = await shop.Web.SendTextAsync(HttpMethod.Post, "/payments/alipay/notify", chunked, ("Transfer-Encoding", "chunked"));
        Assert.Equal(413, reply.Status);

        Assert.Equal(400, (await shop.NotifyAsync("a=" + new string('a', (64 * 1024) - 2))).Status);
    }

    [Fact]
    public async Task W10_the_notify_route_needs_no_cookie_and_serves_post_alone()
    {
        var shop = await shops.OnAsync(Stores.PostgreSql);
        Assert.Equal(405, (await shop.Web.GetTextAsync("/payments/alipay/notify")).Status);
        Assert.Equal(404, (await shop.NotifyAsync("a=1", "nowhere")).Status);
        var (_, paymentNo) = await shop.StartedAsync();
        using var bare = new HttpClient { BaseAddress = shop.Address };
        var reply = await bare.SendTextAsync(HttpMethod.Post, "/payments/alipay/notify", Http.Bytes(Encoding.Latin1.GetBytes(shop.Alipay.Sign(AlipayParty.PaidFields(paymentNo, "0.01"))), Form));
        Assert.Equal((200, "success", "text/plain"), (reply.Status, reply.Text, reply.ContentType));
        Assert.False(reply.Headers.Contains("Set-Cookie"));
    }

    private static async Task<Modular.Payments.InboxMessage> RefusedAsync(TestShop shop, string form, string reason)
    {
        Assert.Equal((400, "fail"), await shop.NotifyAsync(form));
        var row = await shop.InboxRowAsync(form);
        Assert.NotNull(row);
        Assert.Equal(("refused", reason), (row.Verdict, row.Reason));
        Assert.False(string.IsNullOrWhiteSpace(row.Detail));
        return row;
    }

    private static List<KeyValuePair<string, string>> Fields(string form) =>
        [.. form.Split('&').Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair[1])))];
}
