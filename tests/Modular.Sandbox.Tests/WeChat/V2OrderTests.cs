using Modular.Sandbox.Tests.Support;

namespace Modular.Sandbox.Tests.WeChat;

public class V2OrderTests
{
    private const string Order = "pay/unifiedorder";

    private static readonly string[] UnifiedOrder = ["v2.unifiedorder"];

    [Theory]
    [InlineData("NATIVE", "code_url", "^weixin://wxpay/bizpayurl\\?pr=[a-z0-9]+$")]
    [InlineData("MWEB", "mweb_url", "^http://127.0.0.1:[0-9]+/cgi-bin/mmpayweb-bin/checkmweb\\?prepay_id=wx[a-z0-9]+&package=[0-9]+$")]
    [InlineData("JSAPI", "prepay_id", "^wx[a-z0-9]{34}$")]
    [InlineData("APP", "prepay_id", "^wx[a-z0-9]{34}$")]
    public async Task An_order_is_answered_with_what_leads_to_its_cashier(string tradeType, string field, string pattern)
    {
        foreach (var signType in new[] { "MD5", "HMAC-SHA256" })
        {
            await using var sandbox = await SandboxHost.StartAsync();
            var answer = await new V2Merchant(sandbox, signType).PlaceAsync("order-1", tradeType);
            Assert.Equal((tradeType, "OK", signType == "MD5" ? 32 : 64), (answer["trade_type"], answer["return_msg"], answer["sign"].Length));
            Assert.Matches(pattern, answer[field]);
        }
    }

    [Theory]
    [InlineData("body", "", "LACK_PARAMS")]
    [InlineData("out_trade_no", "", "LACK_PARAMS")]
    [InlineData("total_fee", "", "LACK_PARAMS")]
    [InlineData("spbill_create_ip", "", "LACK_PARAMS")]
    [InlineData("notify_url", "", "LACK_PARAMS")]
    [InlineData("trade_type", "", "LACK_PARAMS")]
    [InlineData("nonce_str", "", "LACK_PARAMS")]
    [InlineData("appid", "", "LACK_PARAMS")]
    [InlineData("product_id", "", "LACK_PARAMS")]
    [InlineData("nonce_str", "123456789012345678901234567890123", "PARAM_ERROR")]
    [InlineData("out_trade_no", "12345", "PARAM_ERROR")]
    [InlineData("out_trade_no", "123456789012345678901234567890123", "PARAM_ERROR")]
    [InlineData("out_trade_no", "order 1", "PARAM_ERROR")]
    [InlineData("out_trade_no", "订单订单订单", "PARAM_ERROR")]
    [InlineData("total_fee", "0", "PARAM_ERROR")]
    [InlineData("total_fee", "-1", "PARAM_ERROR")]
    [InlineData("total_fee", "0.01", "PARAM_ERROR")]
    [InlineData("total_fee", "1.00", "PARAM_ERROR")]
    [InlineData("total_fee", "999999999999", "PARAM_ERROR")]
    [InlineData("spbill_create_ip", "somewhere", "PARAM_ERROR")]
    [InlineData("notify_url", "/notify", "PARAM_ERROR")]
    [InlineData("notify_url", "http://127.0.0.1/notify?a=1", "PARAM_ERROR")]
    [InlineData("trade_type", "WEB", "PARAM_ERROR")]
    [InlineData("fee_type", "USD", "PARAM_ERROR")]
    [InlineData("time_expire", "2026-11-25 13:00", "PARAM_ERROR")]
    [InlineData("time_expire", "20261125120059", "PARAM_ERROR")]
    [InlineData("detail", "[1]", "PARAM_ERROR")]
    [InlineData("limit_pay", "no_debit", "PARAM_ERROR")]
    [InlineData("receipt", "yes", "PARAM_ERROR")]
    [InlineData("appid", "wx0000000000000000", "APPID_NOT_EXIST")]
    [InlineData("appid", WeChatKeys.OtherAppId, "APPID_MCHID_NOT_MATCH")]
    public async Task A_wrong_field_is_refused_with_a_signed_code(string field, string value, string code)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        var answer = await merchant.CallAsync(Order, new(merchant.Order("order-1")) { [field] = value });
        Assert.Equal(("SUCCESS", "FAIL", code), (answer["return_code"], answer["result_code"], answer["err_code"]));
        Assert.Equal("ORDERNOTEXIST", await merchant.StateAsync("order-1"));
    }

    [Theory]
    [InlineData("JSAPI", "openid", "", "LACK_PARAMS")]
    [InlineData("MWEB", "scene_info", "", "LACK_PARAMS")]
    [InlineData("MWEB", "scene_info", "{\"store_info\":{\"id\":\"1\"}}", "PARAM_ERROR")]
    [InlineData("MWEB", "scene_info", "{\"h5_info\":{\"type\":\"Wap\",\"wap_name\":\"x\"}}", "PARAM_ERROR")]
    [InlineData("MWEB", "scene_info", "Wap", "PARAM_ERROR")]
    public async Task Every_product_has_a_field_of_its_own(string tradeType, string field, string value, string code)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        Assert.Equal(code, (await merchant.CallAsync(Order, new(merchant.Order("order-1", tradeType)) { [field] = value }))["err_code"]);
    }

    [Fact]
    public async Task Lengths_and_product_ids_are_settings()
    {
        await using var sandbox = await SandboxHost.StartAsync(("WeChat:V2:LongestBody", "127"), ("WeChat:V2:ProductIdRequired", "false"));
        var merchant = new V2Merchant(sandbox);
        Assert.Equal("PARAM_ERROR", (await merchant.CallAsync(Order, new(merchant.Order("order-1")) { ["body"] = new string('x', 128) }))["err_code"]);
        Assert.Equal("SUCCESS", (await merchant.CallAsync(Order, new(merchant.Order("order-1")) { ["body"] = new string('客', 127), ["product_id"] = "" }))["result_code"]);
    }

    [Fact]
    public async Task Wrong_fields_can_be_refused_before_the_signature()
    {
        await using var sandbox = await SandboxHost.StartAsync(("WeChat:V2:ParameterErrors", "transport"));
        var merchant = new V2Merchant(sandbox);
        var answer = await merchant.CallAsync(Order, new(merchant.Order("order-1")) { ["total_fee"] = "0" });
        Assert.Equal(["return_code", "return_msg"], answer.Keys.Order());
        Assert.Equal("total_fee参数格式错误", answer["return_msg"]);
    }

    [Theory]
    [InlineData("sign", "9A0A8659F005D6984697E2CA0A9CF3B7")]
    [InlineData("sign", "")]
    [InlineData("sign_type", "SHA-1")]
    [InlineData("mch_id", "1900009999")]
    [InlineData("mch_id", WeChatKeys.OtherMchId)]
    public async Task Whoever_is_not_known_by_a_signature_learns_nothing_else(string field, string value)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        var answer = await merchant.CallAsync(Order, new(merchant.Order("order-1")) { [field] = value });
        Assert.Equal(("FAIL", "签名错误"), (answer["return_code"], answer["return_msg"]));
    }

    [Fact]
    public async Task The_same_terms_give_a_new_session_and_kill_the_older_code()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        var (first, second) = (await merchant.PlaceAsync("order-1"), await merchant.PlaceAsync("order-1"));
        Assert.NotEqual(first["prepay_id"], second["prepay_id"]);
        using var phone = new Browser(sandbox, Browser.Android);
        Assert.Equal("二维码已失效，请刷新后重新扫码", (await phone.ScanAsync(first["code_url"])).Text("error-reason"));
        Assert.Equal("¥0.01", (await phone.ScanAsync(second["code_url"])).Text("amount"));
    }

    [Theory]
    [InlineData("total_fee", "2")]
    [InlineData("body", "另一个")]
    [InlineData("attach", "x")]
    [InlineData("trade_type", "APP")]
    public async Task Other_terms_for_a_known_number_are_refused(string field, string value)
    {
        foreach (var code in new[] { "OUT_TRADE_NO_USED", "INVALID_REQUEST" })
        {
            await using var sandbox = await SandboxHost.StartAsync(("WeChat:ReorderCode", code));
            var merchant = new V2Merchant(sandbox);
            await merchant.PlaceAsync("order-1");
            Assert.Equal(code, (await merchant.CallAsync(Order, new(merchant.Order("order-1")) { [field] = value }))["err_code"]);
        }
    }

    [Fact]
    public async Task An_unpaid_order_tells_only_its_state_and_a_paid_one_everything()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        var placed = await merchant.CallAsync(Order, new(merchant.Order("order-1")) { ["attach"] = "a", ["device_info"] = "1000" });
        var unpaid = await merchant.CallAsync("pay/orderquery", new() { ["out_trade_no"] = "order-1" });
        Assert.Equal(("NOTPAY", "订单未支付", "a"), (unpaid["trade_state"], unpaid["trade_state_desc"], unpaid["attach"]));
        Assert.DoesNotContain("total_fee", unpaid.Keys);
        using var phone = new Browser(sandbox, Browser.Android);
        await phone.PressAsync(await phone.ScanAsync(placed["code_url"]), "pay");
        var paid = await merchant.CallAsync("pay/orderquery", new() { ["out_trade_no"] = "order-1" });
        Assert.Equal(("SUCCESS", "1", "1", "CNY", "20261125120000"), (paid["trade_state"], paid["total_fee"], paid["cash_fee"], paid["fee_type"], paid["time_end"]));
        var byNumber = await merchant.CallAsync("pay/orderquery", new() { ["transaction_id"] = paid["transaction_id"], ["out_trade_no"] = "other-1" });
        Assert.Equal("order-1", byNumber["out_trade_no"]);
        Assert.Equal("ORDERPAID", (await merchant.CallAsync(Order, new(merchant.Order("order-1")) { ["attach"] = "a", ["device_info"] = "1000" }))["err_code"]);
        Assert.Equal("ORDERPAID", (await merchant.CallAsync("pay/closeorder", new() { ["out_trade_no"] = "order-1" }))["err_code"]);
        Assert.Equal("LACK_PARAMS", await merchant.StateAsync(""));
    }

    [Fact]
    public async Task An_order_closes_no_earlier_than_after_five_minutes_and_once()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        var placed = await merchant.PlaceAsync("order-1");
        Assert.Equal("TRADE_STATE_ERROR", await CloseAsync(merchant));
        Assert.Equal("NOTPAY", await merchant.StateAsync("order-1"));
        sandbox.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("SUCCESS", await CloseAsync(merchant));
        Assert.Equal("CLOSED", await merchant.StateAsync("order-1"));
        Assert.Equal("ORDERCLOSED", await CloseAsync(merchant));
        Assert.Equal("ORDERCLOSED", (await merchant.CallAsync(Order, merchant.Order("order-1")))["err_code"]);
        Assert.Equal("ORDERNOTEXIST", (await merchant.CallAsync("pay/closeorder", new() { ["out_trade_no"] = "nobody" }))["err_code"]);
        using var phone = new Browser(sandbox, Browser.Android);
        Assert.Equal("该订单已关闭", (await phone.ScanAsync(placed["code_url"])).Text("error-reason"));
    }

    [Fact]
    public async Task The_five_minutes_can_be_switched_off()
    {
        await using var sandbox = await SandboxHost.StartAsync(("WeChat:V2:CloseAfter", "0s"));
        var merchant = new V2Merchant(sandbox);
        await merchant.PlaceAsync("order-1");
        Assert.Equal("SUCCESS", await CloseAsync(merchant));
    }

    [Fact]
    public async Task An_order_closes_by_itself_when_its_time_is_over()
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        await merchant.CallAsync(Order, new(merchant.Order("order-1")) { ["time_expire"] = "20261125120500" });
        sandbox.Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal("NOTPAY", await merchant.StateAsync("order-1"));
        sandbox.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("CLOSED", await merchant.StateAsync("order-1"));
    }

    [Theory]
    [InlineData("SystemError", "SYSTEMERROR")]
    [InlineData("Html", "系统维护")]
    [InlineData("Empty", "")]
    public async Task The_gateway_can_lose_its_answer_after_the_work(string kind, string expected)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        await sandbox.SetFaultsAsync(new { gateway = new[] { new { kind, methods = UnifiedOrder, times = 1, afterWork = true } } });
        Assert.Contains(expected, await merchant.PostAsync(Order, V2Merchant.Xml(merchant.Complete(merchant.Order("order-1")))), StringComparison.Ordinal);
        Assert.Equal("NOTPAY", await merchant.StateAsync("order-1"));
    }

    [Theory]
    [InlineData("Unsigned", false)]
    [InlineData("WrongSignature", true)]
    public async Task An_answer_can_lack_its_signature_or_have_a_wrong_one(string kind, bool hasSign)
    {
        await using var sandbox = await SandboxHost.StartAsync();
        var merchant = new V2Merchant(sandbox);
        await sandbox.SetFaultsAsync(new { trades = new Dictionary<string, object> { ["order-1"] = new { gateway = new[] { new { kind } } } } });
        var answer = V2Merchant.Read(await merchant.PostAsync(Order, V2Merchant.Xml(merchant.Complete(merchant.Order("order-1")))));
        Assert.Equal((hasSign, false), (answer.ContainsKey("sign"), merchant.IsSigned(answer)));
    }

    private static async Task<string> CloseAsync(V2Merchant merchant)
    {
        var answer = await merchant.CallAsync("pay/closeorder", new() { ["out_trade_no"] = "order-1" });
        return answer.GetValueOrDefault("err_code") ?? answer["result_code"];
    }
}
