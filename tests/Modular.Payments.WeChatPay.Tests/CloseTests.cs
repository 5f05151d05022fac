using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

public sealed class CloseTests
{
    [Fact]
    public async Task A_signed_204_is_closed_and_an_unsigned_one_is_unknown()
    {
        var gateway = StubGateway.Signing("", 204);
        Assert.IsType<CloseAnswer.Closed>(await CloseAsync(gateway));
        var call = Assert.Single(gateway.Calls);
        Assert.Equal("POST", call.Method);
        Assert.Equal("https://api.mch.weixin.qq.com/v3/pay/transactions/out-trade-no/P20261122000001/close", call.Url.AbsoluteUri);
        Assert.Equal("""{"mchid":"1900007291"}""", call.Body);

        Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Saying("", 204)));
        Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Signing("", 204, Keys.Merchant)));
    }

    [Theory]
    [InlineData(400, "ORDERPAID", typeof(CloseAnswer.AlreadyPaid), typeof(CloseAnswer.AlreadyPaid))]
    [InlineData(400, "ORDER_PAID", typeof(CloseAnswer.AlreadyPaid), typeof(CloseAnswer.AlreadyPaid))]
    [InlineData(404, "ORDER_NOT_EXIST", typeof(CloseAnswer.NotFound), typeof(CloseAnswer.Unknown))]
    [InlineData(400, "ORDER_CLOSED", typeof(CloseAnswer.Closed), typeof(CloseAnswer.Unknown))]
    [InlineData(202, "USER_PAYING", typeof(CloseAnswer.Unknown), typeof(CloseAnswer.Unknown))]
    [InlineData(400, "PARAM_ERROR", typeof(CloseAnswer.Unknown), typeof(CloseAnswer.Unknown))]
    [InlineData(401, "SIGN_ERROR", typeof(CloseAnswer.Unknown), typeof(CloseAnswer.Unknown))]
    [InlineData(429, "FREQUENCY_LIMITED", typeof(CloseAnswer.Unknown), typeof(CloseAnswer.Unknown))]
    [InlineData(500, "SYSTEM_ERROR", typeof(CloseAnswer.Unknown), typeof(CloseAnswer.Unknown))]
    public async Task Closing_says_what_became_of_it(int status, string code, Type withSignature, Type without)
    {
        var body = $$"""{"code":"{{code}}","message":"m"}""";
        Assert.IsType(withSignature, await CloseAsync(StubGateway.Signing(body, status)));
        Assert.IsType(without, await CloseAsync(StubGateway.Saying(body, status)));
        Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Signing(body, status, Keys.Merchant)));
    }

    private static Task<CloseAnswer> CloseAsync(StubGateway gateway) =>
        ((IClosingProvider)Some.Provider(gateway: gateway)).CloseAsync(Some.Reference(), TestContext.Current.CancellationToken);
}
