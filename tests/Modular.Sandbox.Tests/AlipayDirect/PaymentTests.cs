using System.Net;
using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.AlipayDirect;

public class PaymentTests
{
    private const string Hostile = "预订'庭院\"<客房>&%41+“镕” 50%";

    public static TheoryData<string, string> Dialects => new()
    {
        { "MD5", "utf-8" }, { "MD5", "gbk" }, { "MD5", "gb2312" }, { "RSA", "utf-8" }, { "RSA", "gbk" },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_form_and_an_address_lead_to_the_same_cashier_which_shows_the_subject_as_it_was_signed(string signType, string charset)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox, signType: signType, charset: charset);
        var payment = DirectShop.Payment("p1", ("subject", Hostile), ("it_b_pay", "30m"));

        var posted = await shop.EnterAsync(payment);
        var followed = await shop.FollowAsync(payment);

        Assert.Equal((302, 302, posted.Location), (posted.Status, followed.Status, followed.Location));
        using var buyer = new Browser(sandbox, Browser.Android);
        var cashier = await buyer.OpenAsync(posted.Location!);
        Assert.Equal((Hostile, "¥0.01"), (cashier.Text("subject"), cashier.Text("amount")));
        Assert.DoesNotContain("<客房>", cashier.Html, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_signature_over_anything_else_is_refused_with_a_page_in_the_charset_of_the_request(string signType, string charset)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox, signType: signType, charset: charset);
        var signed = shop.Sign("create_direct_pay_by_user", DirectShop.Payment("p2"));
        signed["total_fee"] = "0.02";

        var page = await shop.EnterAsync(signed);

        Assert.Equal("ILLEGAL_SIGN", page.Text("error-code"));
        Assert.Contains("签名不正确", page.Text("error-reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_over_the_bytes_of_another_charset_is_refused()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var utf8 = new DirectShop(sandbox).Sign("create_direct_pay_by_user", new(DirectShop.Payment("p3")) { ["_input_charset"] = "gbk" });

        var page = await new DirectShop(sandbox, charset: "gbk").EnterAsync(utf8);

        Assert.Equal("ILLEGAL_SIGN", page.Text("error-code"));
    }

    [Theory]
    [InlineData("ILLEGAL_PARTNER", "partner", "2088999900000099")]
    [InlineData("ILLEGAL_CHARSET", "_input_charset", "big5")]
    [InlineData("ILLEGAL_SIGN_TYPE", "sign_type", "md5")]
    [InlineData("ILLEGAL_SIGN_TYPE", "sign_type", "RSA2")]
    [InlineData("HAS_NO_PUBLICKEY", "sign_type", "DSA")]
    [InlineData("ILLEGAL_SIGN", "sign", "")]
    [InlineData("ILLEGAL_PAYMENT_TYPE", "payment_type", "4")]
    [InlineData("ILLEGAL_ARGUMENT", "out_trade_no", "")]
    [InlineData("ILLEGAL_ARGUMENT", "subject", "")]
    [InlineData("SELLER_NOT_EXIST", "seller_id", "2088999900000012")]
    [InlineData("BUYER_SELLER_EQUAL", "buyer_id", DirectKeys.Partner)]
    [InlineData("ILLEGAL_FEE_PARAM", "total_fee", "")]
    [InlineData("ILLEGAL_FEE_PARAM", "price", "0.01")]
    [InlineData("INVALID_PARAMETER", "total_fee", "0.001")]
    [InlineData("INVALID_PARAMETER", "total_fee", "1e2")]
    [InlineData("TOTAL_FEE_LESSEQUAL_ZERO", "total_fee", "0.00")]
    [InlineData("TOTAL_FEE_LESSEQUAL_ZERO", "total_fee", "-1.00")]
    [InlineData("TOTAL_FEE_OUT_OF_RANGE", "total_fee", "100000000.01")]
    [InlineData("ILLEGAL_ARGUMENT", "it_b_pay", "1.5h")]
    [InlineData("ILLEGAL_ARGUMENT", "it_b_pay", "16d")]
    [InlineData("ILLEGAL_ARGUMENT", "notify_url", "/notify")]
    [InlineData("ILLEGAL_ARGUMENT", "extra_common_param", "a=b")]
    [InlineData("ILLEGAL_ARGUMENT", "paymethod", "cash")]
    [InlineData("ILLEGAL_ARGUMENT", "qrcode_width", "200")]
    [InlineData("ILLEGAL_ANTI_PHISHING_KEY", "anti_phishing_key", "made up")]
    public async Task Every_parameter_is_checked(string code, string name, string value)
    {
        await using var sandbox = await SandboxHost.StartAsync();

        var page = await new DirectShop(sandbox).EnterAsync(DirectShop.Payment("p4", (name, value)));

        Assert.Equal(code, page.Text("error-code"));
        Assert.Empty((System.Text.Json.Nodes.JsonArray)await sandbox.LookAsync("trades"));
    }

    [Fact]
    public async Task The_longest_values_pass_and_one_more_does_not()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox, charset: "gbk");
        (string Name, string Longest)[] limits =
        [
            ("subject", new string('客', 128)), ("out_trade_no", new string('9', 64)), ("body", new string('b', 1000)),
            ("notify_url", "http://127.0.0.1/" + new string('n', 173)), ("return_url", "http://127.0.0.1/" + new string('r', 183)),
        ];
        foreach (var (name, longest) in limits)
        {
            Assert.NotNull((await shop.EnterAsync(DirectShop.Payment("l" + name, (name, longest)))).Location);
            Assert.Equal("ILLEGAL_ARGUMENT", (await shop.EnterAsync(DirectShop.Payment("m" + name, (name, longest + longest[^1])))).Text("error-code"));
        }
    }

    [Fact]
    public async Task A_form_whose_charset_is_not_in_the_address_is_refused_unless_configured()
    {
        await using var strict = await SandboxHost.StartAsync();
        Assert.Equal("ILLEGAL_CHARSET", (await new DirectShop(strict).EnterAsync(DirectShop.Payment("p5"), withCharset: false)).Text("error-code"));
        await using var lenient = await SandboxHost.StartAsync(("AlipayDirect:CharsetInBody", "true"));
        Assert.NotNull((await new DirectShop(lenient).EnterAsync(DirectShop.Payment("p5"), withCharset: false)).Location);
    }

    [Fact]
    public async Task A_contract_without_RSA_or_timeout_says_so()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        Assert.Equal("HAS_NO_PUBLICKEY", (await new DirectShop(sandbox, DirectKeys.Bare, "RSA").EnterAsync(DirectShop.Payment("p6"))).Text("error-code"));
        Assert.Equal("SELF_TIMEOUT_NOT_SUPPORT", (await new DirectShop(sandbox, DirectKeys.Bare).EnterAsync(DirectShop.Payment("p6", ("it_b_pay", "1d")))).Text("error-code"));
    }

    [Fact]
    public async Task The_same_number_is_the_same_trade_and_other_terms_are_refused()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox);
        var first = await shop.EnterAsync(DirectShop.Payment("p7"));
        Assert.Equal(first.Location, (await shop.EnterAsync(DirectShop.Payment("p7"))).Location);
        Assert.Equal("TRADE_DATA_NOT_MATCH", (await shop.EnterAsync(DirectShop.Payment("p7", ("total_fee", "0.02")))).Text("error-code"));
        await sandbox.ControlAsync("trades/p7/pay");
        Assert.Equal("TRADE_NOT_ALLOWED_PAY", (await shop.EnterAsync(DirectShop.Payment("p7"))).Text("error-code"));
    }

    [Fact]
    public async Task A_trade_of_price_and_quantity_costs_their_product()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox);
        await shop.PayAsync(DirectShop.Payment("p8", ("total_fee", ""), ("price", "1.15"), ("quantity", "3")));
        var trade = shop.Trade(await shop.QueryAsync("p8"));
        Assert.Equal(("3.45", "1.15", "3"), (trade["total_fee"], trade["price"], trade["quantity"]));
    }

    [Fact]
    public async Task Where_phishing_is_fought_a_payment_needs_a_fresh_key_of_its_partner_and_an_address()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var shop = new DirectShop(sandbox, DirectKeys.Careful);
        async Task<string> KeyAsync(string partner) => (string)(await new DirectShop(sandbox, partner).CallAsync("query_timestamp", []))
            .Element("response")!.Element("timestamp")!.Element("encrypt_key")!;
        async Task<string?> EnterAsync(string key, string ip) =>
            (await shop.EnterAsync(DirectShop.Payment("p9", ("anti_phishing_key", key), ("exter_invoke_ip", ip)))).Text("error-code");

        var key = await KeyAsync(DirectKeys.Careful);
        Assert.Null(await EnterAsync(key, "203.0.113.9"));
        Assert.Equal("ILLEGAL_CLIENT_IP", await EnterAsync(key, ""));
        Assert.Equal("ILLEGAL_CLIENT_IP", await EnterAsync(key, "::1"));
        Assert.Equal("ILLEGAL_ANTI_PHISHING_KEY", await EnterAsync("", "203.0.113.9"));
        Assert.Equal("ILLEGAL_ANTI_PHISHING_KEY", await EnterAsync(await KeyAsync(DirectKeys.Partner), "203.0.113.9"));
        sandbox.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("ILLEGAL_ANTI_PHISHING_KEY", await EnterAsync(key, "203.0.113.9"));
    }

    [Fact]
    public async Task A_buyer_who_leaves_may_come_back_and_one_who_comes_too_late_may_not()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var entered = await new DirectShop(sandbox).EnterAsync(DirectShop.Payment("p10", ("it_b_pay", "5m")));
        using var buyer = new Browser(sandbox, Browser.Android);
        await buyer.PressAsync(await buyer.OpenAsync(entered.Location!), "login");
        var cashier = await buyer.OpenAsync(entered.Location!);
        Assert.Equal((int)HttpStatusCode.OK, (await buyer.PressAsync(cashier, "cancel")).Status);
        Assert.True((await buyer.OpenAsync(entered.Location!)).Has("pay"));

        sandbox.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("交易已关闭", (await buyer.OpenAsync(entered.Location!)).Text("result"));
        Assert.Equal("TRADE_NOT_ALLOWED_PAY", (await buyer.PressAsync(cashier, "pay")).Text("error-code"));
    }
}
