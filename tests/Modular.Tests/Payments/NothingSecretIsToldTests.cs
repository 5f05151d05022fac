using System.Collections.Concurrent;
using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Modular.Payments;
using Modular.Testing.Hosting;
using Modular.Tests.Support;

namespace Modular.Tests.Payments;

/// <summary>
/// When a plugin's gateway fails in words that repeat all it knows and was sent, and when strangers post messages full of lines that look like the shop's
/// own, what the shop logs, keeps, answers and shows is one plain line and holds no key, no whole signature and no payer.
/// </summary>
public sealed class NothingSecretIsToldTests
{
    private const string OpenId = "oUpF8uMuAJO0M2pxb1Q9zNjWeS6o";
    private const string Buyer = "guest.of.the.house@example.com";
    private const string Forged = "Warning forged by a stranger";
    private static readonly string Hostile = $"签名错误\r\n{Forged}\u0085\u2028\u202Egnorw\u2066";

    // What a provider knows as well.
    private static readonly string[] Shared = [WeChatParty.ApiKey, WeChatParty.ApiV3Key, WeChatParty.AppSecret, AlipayDirectParty.Key];

    public static TheoryData<string> Instances => ["alipay", AlipayDirectParty.Careful, "wechatpay", "wechatpayv2"];

    [Theory]
    [MemberData(nameof(Instances))]
    public async Task X12_P09_a_gateway_that_repeats_what_it_knows_is_quoted_in_one_line_without_it(string instance)
    {
        await using var gateway = await EchoingGateway.StartAsync();
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            AlipayDirect = true,
            Settings = new Dictionary<string, string?>
            {
                ["Modular:Providers:alipay:Gateway"] = new Uri(gateway.Address, "/alipay").ToString(),
                [$"Modular:Providers:{AlipayDirectParty.Careful}:Gateway"] = new Uri(gateway.Address, "/direct").ToString(),
                ["Modular:Providers:wechatpay:BaseUrl"] = new Uri(gateway.Address, "/v3x").ToString(),
                ["Modular:Providers:wechatpay:OAuthTokenUrl"] = new Uri(gateway.Address, "/oauth").ToString(),
                ["Modular:Providers:wechatpayv2:BaseUrl"] = new Uri(gateway.Address, "/v2x").ToString(),
                ["Modular:Providers:wechatpayv2:OAuthTokenUrl"] = new Uri(gateway.Address, "/oauth").ToString(),
            },
        });
        var (orderNo, told) = await FailToPayAsync(shop, instance);

        // The words did come as far as this.
        Assert.NotEmpty(gateway.Repeated);
        Assert.Contains(shop.Log.Lines.Concat(told), text => text.Contains("签名错误", StringComparison.Ordinal));
        await AssertNothingIsToldAsync(shop, told, [.. gateway.Repeated, OpenId], orderNo);
    }

    [Theory]
    [InlineData("alipay", "PrivateKey")]
    [InlineData(AlipayDirectParty.Careful, "Key")]
    [InlineData("wechatpay", "PrivateKey")]
    [InlineData("wechatpay", "PublicKey")]
    [InlineData("wechatpayv2", "ApiKey")]
    public async Task P09_an_instance_with_a_wrong_key_tells_neither_the_wrong_one_nor_the_others(string instance, string setting)
    {
        using var stranger = RSA.Create(2048);
        var wrong = setting switch
        {
            "PrivateKey" => stranger.ExportPkcs8PrivateKeyPem(),
            "PublicKey" => stranger.ExportSubjectPublicKeyInfoPem(),
            _ => "wrongKeyOfTheTestMerchant0123456",
        };
        await using var shop = await TestShop.StartAsync(new TestShopOptions
        {
            Store = Stores.Sqlite,
            AlipayDirect = true,
            Settings = new Dictionary<string, string?> { [$"Modular:Providers:{instance}:{setting}"] = wrong },
        });

        var (orderNo, told) = await FailToPayAsync(shop, instance);

        await AssertNothingIsToldAsync(shop, told, [.. wrong.Split('\n').Where(line => line.Length is 32 or 64), OpenId], orderNo);
    }

    [Theory]
    [MemberData(nameof(Instances))]
    public async Task X12_P09_a_notification_that_is_refused_leaves_no_line_of_its_own_and_no_whole_signature(string instance)
    {
        await using var shop = await TestShop.StartAsync(new TestShopOptions { Store = Stores.Sqlite, AlipayDirect = true });
        var signatures = new List<string>();
        foreach (var (form, message) in Refused(shop, instance))
        {
            var (status, _) = form is not null ? await shop.NotifyAsync(form, instance) : await WeChat.WeChatSteps.NotifyAsync(shop, message!, instance);
            Assert.InRange(status, 400, 499);
            signatures.AddRange(SignaturesIn(form ?? $"{Encoding.UTF8.GetString(message!.Body)}\nsignature=\"{message.Headers.GetValueOrDefault("Wechatpay-Signature")}\""));
        }

        Assert.NotEmpty(signatures);
        Assert.NotEqual("0", await shop.ScalarAsync("SELECT COUNT(*) FROM payments_inbox WHERE verdict = 'refused'"));
        await AssertNothingIsToldAsync(shop, [], [.. signatures, Buyer, OpenId], orderNo: null);
    }

    /// <summary>Tries to pay at an instance whose gateway does not take it; what the shop's own clients were told.</summary>
    private static async Task<(string OrderNo, List<string> Told)> FailToPayAsync(TestShop shop, string instance)
    {
        var orderNo = await shop.PlaceOrderAsync();
        var isWeChat = instance.StartsWith("wechat", StringComparison.Ordinal);
        var scene = isWeChat ? "wechat" : instance == "alipay" ? "qr" : "pc";
        var start = await shop.Api.PostAsync($"/api/orders/{orderNo}/payments", new { provider = instance, scene, openId = OpenId, clientIp = "203.0.113.9" });
        var told = new List<string> { Decoded(start.Text) };
        if (isWeChat)
        {
            told.Add($"{await shop.SendAsync(new IdentifyPayer.Command(instance, "a-code-of-a-shopper"))}");
        }

        if ((await shop.OrderAsync(orderNo))["payments"]!.AsArray().FirstOrDefault()?["paymentNo"]?.GetValue<string>() is { } paymentNo)
        {
            told.Add(Decoded((await shop.Api.PostAsync($"/api/payments/{paymentNo}/confirm", new { })).Text));
            shop.Clock.Advance(TimeSpan.FromMinutes(1));
            await shop.SendAsync(new ConfirmPayments.Command());
        }

        return (orderNo, told);

        // The texts as they are read, without JSON's escapes.
        static string Decoded(string json) => string.Join(' ', JsonNode.Parse(json)!.AsObject().Select(member => member.Value is JsonValue value ? value.ToString() : member.Value?.ToJsonString()));
    }

    /// <summary>Messages with a stranger's signature, with names and values that look like lines of a log.</summary>
    private static IEnumerable<(string? Form, WeChatMessage? Message)> Refused(TestShop shop, string instance)
    {
        using var stranger = RSA.Create(2048);
        if (instance == "alipay")
        {
            var fields = AlipayParty.PaidFields("01JDKF0000000000000000TEST", "0.01");
            fields["subject"] = Hostile;
            fields["buyer_logon_id"] = Buyer;
            var signed = shop.Alipay.Sign(fields, stranger);
            var name = AlipayParty.Form([new(Hostile, "1")]);
            return [(signed, null), ($"{name}&{name}&{signed}", null), (signed.Replace("sign_type=RSA2", $"sign_type={AlipayParty.Form([new("x", Hostile)])[2..]}", StringComparison.Ordinal), null)];
        }

        if (instance == AlipayDirectParty.Careful)
        {
            var fields = AlipayDirectParty.PaidFields("01JDKF0000000000000000TEST", "0.01");
            fields["subject"] = Hostile;
            fields["buyer_email"] = Buyer;
            var signed = AlipayDirectParty.Sign(fields).Replace("total_fee=0.01", "total_fee=0.02", StringComparison.Ordinal);
            var name = AlipayParty.Form([new(Hostile, "1")]);
            return [(signed, null), ($"{name}&{name}&{signed}", null), (signed.Replace("sign_type=MD5", $"sign_type={AlipayParty.Form([new("x", Hostile)])[2..]}", StringComparison.Ordinal), null)];
        }

        if (instance == "wechatpayv2")
        {
            var fields = WeChatParty.PaidFields("01JDKF0000000000000000TEST", "1");
            fields["openid"] = OpenId;
            fields["attach"] = Forged;
            var named = WeChatParty.NotifyV2(new SortedDictionary<string, string>(fields, StringComparer.Ordinal) { ["sign_type"] = $"\u202E\n{Forged}" });
            return [(null, WeChatParty.NotifyV2(fields, "00000000000000000000000000000000")), (null, named)];
        }

        var resource = WeChatParty.PaidResource("01JDKF0000000000000000TEST", 1);
        resource["payer"] = new { openid = OpenId };
        resource["attach"] = Hostile;
        var genuine = shop.WeChat.NotifyV3(resource, shop.Clock.GetUtcNow(), key: stranger);
        return
        [
            (null, genuine),
            (null, shop.WeChat.NotifyV3(resource, shop.Clock.GetUtcNow(), eventType: Hostile)),
            (null, shop.WeChat.NotifyV3(resource, shop.Clock.GetUtcNow(), originalType: Hostile)),
            (null, shop.WeChat.SignV3(genuine.Body, shop.Clock.GetUtcNow(), stranger, serial: "PUB_KEY_ID_0119000001092026112500000009")),
        ];
    }

    private static async Task AssertNothingIsToldAsync(TestShop shop, IEnumerable<string> told, string[] secrets, string? orderNo)
    {
        secrets = [.. secrets, .. Secrets(shop)];
        var logged = shop.Log.Lines.ToArray();
        var rows = await shop.ReadAsync(db => db.Set<InboxMessage>().AsNoTracking().ToListAsync());
        var kept = rows.SelectMany(row => new[] { row.Detail, row.Reason, row.Cause, row.Effect, row.ProviderState, row.ProviderTradeNo, row.PaymentNo }).OfType<string>().ToArray();
        var stored = rows.Select(row => row.Envelope);
        using var desk = await Desk.OfAsync(shop);
        string[] paths = ["/ops", "/ops/inbox", "/ops/payments", "/ops/confirmations", "/ops/exceptions", .. orderNo is null ? Array.Empty<string>() : [$"/ops/orders/{orderNo}"]];
        var pages = await PagesAsync(desk, paths);

        foreach (var text in (IEnumerable<string>)[.. logged, .. kept, .. stored, .. pages, .. told])
        {
            AssertWithout(secrets, text);
        }

        // The page of one message shows what it says to whoever may see it; whatever could be used again is shortened there too.
        foreach (var page in await PagesAsync(desk, [.. rows.Select(row => $"/ops/inbox/{row.Id}")]))
        {
            AssertWithout([.. secrets.Where(secret => secret is not (OpenId or Buyer))], page);
        }

        foreach (var line in (IEnumerable<string>)[.. logged.Where(line => line.Contains(Forged, StringComparison.Ordinal)), .. kept])
        {
            Assert.DoesNotContain(line, c => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
        }
    }

    private static void AssertWithout(string[] secrets, string text)
    {
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(HtmlEncoder.Default.Encode(secret), text, StringComparison.Ordinal);
            Assert.DoesNotContain(Uri.EscapeDataString(secret), text, StringComparison.Ordinal);
        }
    }

    private static async Task<string[]> PagesAsync(Desk desk, string[] paths)
    {
        var pages = new List<string>();
        foreach (var path in paths)
        {
            pages.Add(await desk.PageAsync(path));
        }

        return [.. pages];
    }

    private static string[] Secrets(TestShop shop) =>
    [
        .. Shared, TestShop.ApiKey, TestShop.OperatorPassword,
        .. new[] { shop.Alipay.AppKey, shop.WeChat.MerchantKey, shop.AlipayDirect.MerchantKey }
            .SelectMany(key => key.ExportPkcs8PrivateKeyPem().Split('\n')).Where(line => line.Length == 64),
    ];

    /// <summary>The signatures in a request, decoded.</summary>
    private static IEnumerable<string> SignaturesIn(string request) =>
        Regex.Matches(request, """(?:\bsign=|signature=\\?"|<sign>(?:<!\[CDATA\[)?)([A-Za-z0-9+/=%]{32,})""").Select(found => Uri.UnescapeDataString(found.Groups[1].Value));

    /// <summary>Fails every call in its provider's form, with words that repeat what it was sent and what it knows besides.</summary>
    private sealed class EchoingGateway : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly ConcurrentQueue<string> repeated = new();

        private EchoingGateway(WebApplication app, Uri address) => (this.app, Address) = (app, address);

        public Uri Address { get; }

        /// <summary>The signatures that came and went back.</summary>
        public IReadOnlyCollection<string> Repeated => repeated;

        public static async Task<EchoingGateway> StartAsync()
        {
            var address = FreePort.Address();
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls(address.ToString());
            builder.Logging.ClearProviders();
            var gateway = new EchoingGateway(builder.Build(), address);
            gateway.app.Run(gateway.AnswerAsync);
            await gateway.app.StartAsync();
            return gateway;
        }

        public async ValueTask DisposeAsync()
        {
            using var atOnce = new CancellationTokenSource(0);
            await app.StopAsync(atOnce.Token);
            await app.DisposeAsync();
        }

        private async Task AnswerAsync(HttpContext context)
        {
            using var reader = new StreamReader(context.Request.Body);
            var request = $"{context.Request.QueryString.Value}\n{context.Request.Headers.Authorization}\n{await reader.ReadToEndAsync()}";
            string[] signatures = [.. SignaturesIn(request)];
            foreach (var signature in signatures)
            {
                repeated.Enqueue(signature);
            }

            var words = $"{Hostile} {string.Join(' ', [OpenId, .. Shared, .. signatures])}";
            var (status, type, text) = context.Request.Path.Value switch
            {
                "/alipay" => (200, "application/json", Alipay(context.Request.Query["method"].ToString(), words)),
                "/direct" => (200, "text/xml", $"<alipay><is_success>F</is_success><error>{SecurityElement.Escape(words)}</error></alipay>"),
                "/oauth" => (200, "text/plain", JsonSerializer.Serialize(new { errcode = 40125, errmsg = words })),
                { } path when path.StartsWith("/v2x", StringComparison.Ordinal) => (200, "text/xml", $"<xml><return_code>FAIL</return_code><return_msg>{SecurityElement.Escape(words)}</return_msg></xml>"),
                _ => (400, "application/json", JsonSerializer.Serialize(new { code = "PARAM_ERROR", message = words })),
            };
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            await context.Response.WriteAsync(text);
        }

        private static string Alipay(string method, string words) =>
            JsonSerializer.Serialize(new Dictionary<string, object> { [method.Replace('.', '_') + "_response"] = new { code = "40002", msg = "Invalid Arguments", sub_code = "isv.invalid-signature", sub_msg = words } });
    }
}
