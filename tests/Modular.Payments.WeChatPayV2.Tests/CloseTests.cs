using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

public sealed class CloseTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(299, true)]
    [InlineData(300, false)]
    [InlineData(3600, false)]
    [InlineData(-60, true)]
    public async Task A_payment_younger_than_five_minutes_is_not_closed_and_nobody_is_asked(int age, bool early)
    {
        var gateway = early ? StubGateway.Silent() : StubGateway.Saying(WeChat.Answer(("result_msg", "OK")));
        var answer = await Some.Provider(gateway).CloseAsync(Some.Reference(Some.Now.AddSeconds(-age)), TestContext.Current.CancellationToken);
        Assert.IsType(early ? typeof(CloseAnswer.TooEarly) : typeof(CloseAnswer.Closed), answer);
    }

    [Theory]
    [InlineData("ORDERPAID", typeof(CloseAnswer.AlreadyPaid))]
    [InlineData("ORDER_PAID", typeof(CloseAnswer.AlreadyPaid))]
    [InlineData("ORDERCLOSED", typeof(CloseAnswer.Closed))]
    [InlineData("ORDER_CLOSED", typeof(CloseAnswer.Closed))]
    [InlineData("ORDERNOTEXIST", typeof(CloseAnswer.NotFound))]
    [InlineData("SYSTEMERROR", typeof(CloseAnswer.Unknown))]
    [InlineData("TRADE_STATE_ERROR", typeof(CloseAnswer.Unknown))]
    [InlineData("SIGNERROR", typeof(CloseAnswer.Unknown))]
    [InlineData("", typeof(CloseAnswer.Unknown))]
    public async Task Signed_errors_mean_what_they_say(string code, Type expected) =>
        Assert.IsType(expected, await CloseAsync(StubGateway.Saying(WeChat.Failure(code))));

    [Fact]
    public async Task The_request_names_our_number()
    {
        var gateway = StubGateway.Saying(WeChat.Answer());
        Assert.IsType<CloseAnswer.Closed>(await CloseAsync(gateway));
        var call = Assert.Single(gateway.Calls);
        Assert.Equal("https://api.mch.weixin.qq.com/pay/closeorder", call.Url.AbsoluteUri);
        Assert.Equal(["appid", "mch_id", "nonce_str", "out_trade_no", "sign", "sign_type"], call.Fields.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Some.PaymentNo, call.Fields["out_trade_no"]);
    }

    [Fact]
    public async Task S16_what_is_not_wechats_closes_nothing()
    {
        var closed = WeChat.AnswerFields();
        Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Saying(WeChat.Xml(closed))));
        Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Saying(WeChat.Signed(closed, key: new string('k', 32)))));
        Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Saying(WeChat.Answer(("out_trade_no", "P20261122000002")))));
        Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Saying(WeChat.Answer(("mch_id", "1900000110")))));
        Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Saying(WeChat.SignatureError)));
    }

    private static Task<CloseAnswer> CloseAsync(StubGateway gateway) =>
        Some.Provider(gateway).CloseAsync(Some.Reference(), TestContext.Current.CancellationToken);
}
