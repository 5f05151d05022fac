using System.Text;
using System.Text.Json.Nodes;
using Modular.Payments.Abstractions;
using Modular.Testing;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>Two implementations by other people, wechatpay-axios-plugin and tenpay, agree with the plugin in both directions.</summary>
public sealed class IndependentPartyTests
{
    private const string Script = "wechatpay-v2-messages.mjs";
    private static readonly string[] Parties = ["axios", "tenpay"];

    [Theory]
    [InlineData(PaymentScene.Qr, WeChat.Hmac)]
    [InlineData(PaymentScene.Wechat, WeChat.Hmac)]
    [InlineData(PaymentScene.Mobile, WeChat.Hmac)]
    [InlineData(PaymentScene.App, WeChat.Hmac)]
    [InlineData(PaymentScene.Qr, WeChat.Md5)]
    [InlineData(PaymentScene.Mobile, WeChat.Md5)]
    public async Task An_order_is_read_and_signed_by_the_others_as_we_sent_it(PaymentScene scene, string type)
    {
        var gateway = StubGateway.Saying("");
        var request = Some.Start(scene) with { Subject = "<b>预订 & “庭院” 'x' \"y\"</b> ]]> 😀 +%20=" };
        await Some.Provider(gateway, Some.Settings(("SignType", type))).StartAsync(request, TestContext.Current.CancellationToken);
        var call = Assert.Single(gateway.Calls);

        var answer = await AskAsync(new { ask = "request", xml = call.Body, type, key = Some.ApiKey });
        foreach (var party in Parties)
        {
            var read = answer[party]!["fields"]!.AsObject().ToDictionary(p => p.Key, p => (string)p.Value!);
            Assert.Equal(call.Fields.OrderBy(f => f.Key, StringComparer.Ordinal), read.OrderBy(f => f.Key, StringComparer.Ordinal));
            Assert.Equal(call.Fields["sign"], (string)answer[party]!["sign"]!);
        }
    }

    [Theory]
    [InlineData(PaymentScene.Wechat, "paySign", WeChat.Hmac)]
    [InlineData(PaymentScene.Wechat, "paySign", WeChat.Md5)]
    [InlineData(PaymentScene.App, "sign", WeChat.Hmac)]
    [InlineData(PaymentScene.App, "sign", WeChat.Md5)]
    public async Task A_launch_is_signed_by_the_others_alike(PaymentScene scene, string signature, string type)
    {
        var gateway = new StubGateway(call => WeChat.Http(WeChat.Signed(WeChat.AnswerFields(("trade_type", call.Fields["trade_type"]), ("prepay_id", Some.PrepayId)), type)));
        var started = await Some.Provider(gateway, Some.Settings(("SignType", type))).StartAsync(Some.Start(scene), TestContext.Current.CancellationToken);
        var parameters = Assert.IsType<PaymentAction.Invoke>(Assert.IsType<StartAnswer.Started>(started).Action).Parameters;

        var answer = await AskAsync(new { ask = "launch", fields = parameters.Where(p => p.Key != signature).ToDictionary(), type, key = Some.ApiKey });
        Assert.All(Parties, party => Assert.Equal(parameters[signature], (string)answer[party]!));
    }

    [Theory]
    [InlineData(WeChat.Hmac)]
    [InlineData(WeChat.Md5)]
    public async Task A_notification_signed_by_the_others_is_accepted_and_an_altered_one_is_not(string type)
    {
        var provider = Some.Provider(settings: Some.Settings(("SignType", type)));
        var fields = Some.Notification(("attach", "<a> & “b” 中 😀 +%20="), ("device_info", ""));
        var answer = await AskAsync(new { ask = "message", fields, type, key = Some.ApiKey });
        foreach (var party in Parties)
        {
            var xml = (string)answer[party]!;
            Assert.Equal(Money.Cny(36800), Door.Verified(xml, provider).Amount);

            var altered = xml.Replace("36800", "36801", StringComparison.Ordinal);
            Assert.NotEqual(xml, altered);
            Assert.Equal(RefusalReason.WrongSignature, Door.Refused(altered, provider).Reason);
        }
    }

    [Theory]
    [InlineData(WeChat.Hmac)]
    [InlineData(WeChat.Md5)]
    public async Task An_answer_signed_by_the_others_is_believed(string type)
    {
        var fields = WeChat.AnswerFields(("trade_state", "SUCCESS"), ("out_trade_no", Some.PaymentNo), ("total_fee", "36800"), ("transaction_id", "42"), ("trade_state_desc", "支付成功"));
        var answer = await AskAsync(new { ask = "message", fields, type, key = Some.ApiKey });
        foreach (var party in Parties)
        {
            var provider = Some.Provider(StubGateway.Saying((string)answer[party]!), Some.Settings(("SignType", type)));
            var known = Assert.IsType<QueryAnswer.Known>(await provider.QueryAsync(Some.Reference(), TestContext.Current.CancellationToken));
            Assert.Equal((ReportedState.Paid, Money.Cny(36800)), (known.Report.State, known.Report.Amount!.Value));
        }
    }

    [Theory]
    [InlineData(WeChat.Hmac)]
    [InlineData(WeChat.Md5)]
    public async Task The_others_accept_the_messages_that_these_tests_sign(string type)
    {
        var notification = Some.Notification(("sign_type", type));
        Assert.Equal((true, true), await JudgeAsync(WeChat.Signed(notification, type), "middleware_pay"));
        Assert.Equal((true, true), await JudgeAsync(WeChat.Signed(WeChat.AnswerFields(("trade_state", "SUCCESS")), type), "orderquery"));
        Assert.Equal((false, false), await JudgeAsync(WeChat.Signed(notification, type, new string('k', 32)), "middleware_pay"));

        async Task<(bool Axios, bool Tenpay)> JudgeAsync(string xml, string kind)
        {
            var answer = await AskAsync(new { ask = "judge", xml, type, key = Some.ApiKey, appid = Some.AppId, mchid = Some.MchId, kind });
            return ((bool)answer["axios"]!, (bool)answer["tenpay"]!);
        }
    }

    [Fact]
    public async Task A_refund_sealed_by_another_is_read()
    {
        var fields = RefundNotificationTests.Refund(("refund_recv_accout", "招商银行信用卡0403 <&> 😀"));
        var answer = await AskAsync(new { ask = "seal", fields, key = Some.ApiKey, appid = Some.AppId, mchid = Some.MchId });
        var report = Assert.Single(Assert.IsType<Verification.VerifiedRefund>(Door.Verify(Some.Notify((string)answer["xml"]!))).Reports);
        Assert.Equal((fields["out_refund_no"], RefundState.Succeeded, Money.Cny(10000)), (report.RefundNo, report.State, report.Amount!.Value));
    }

    [Fact]
    public async Task The_others_open_what_these_tests_seal()
    {
        var fields = RefundNotificationTests.Refund();
        var answer = await AskAsync(new { ask = "open", xml = RefundNotificationTests.Envelope(fields), key = Some.ApiKey, appid = Some.AppId, mchid = Some.MchId });
        Assert.All(Parties, party => Assert.Equal(fields, answer[party]!.AsObject().ToDictionary(p => p.Key, p => (string)p.Value!)));
    }

    [Fact]
    public async Task The_others_read_our_replies()
    {
        var answer = await AskAsync(new { ask = "reply", xml = Encoding.UTF8.GetString(Some.Provider().Acknowledge().Body.Span) });
        Assert.All(Parties, party => Assert.Equal(("SUCCESS", "OK"), ((string)answer[party]!["return_code"]!, (string)answer[party]!["return_msg"]!)));

        answer = await AskAsync(new { ask = "reply", xml = Encoding.UTF8.GetString(Some.Provider().Refuse().Body.Span) });
        Assert.All(Parties, party => Assert.Equal("FAIL", (string)answer[party]!["return_code"]!));
    }

    private static Task<JsonNode> AskAsync(object question) =>
        IndependentParty.AskAsync(Script, question, TestContext.Current.CancellationToken);
}
