using System.Net;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

public sealed class CloseTests
{
    private const string Success = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<alipay>\n  <is_success>T</is_success>\n</alipay>\n";

    [Theory]
    [MemberData(nameof(Dialect.All), MemberType = typeof(Dialect))]
    public async Task A_payment_is_closed_by_the_number_under_the_name_that_this_service_wants(Dialect dialect)
    {
        var gateway = StubGateway.Saying(Success);
        Assert.IsType<CloseAnswer.Closed>(await CloseAsync(gateway, dialect));
        var sent = Assert.Single(gateway.Calls).Parameters(dialect);
        Assert.True(Alipay.Accepts(sent, dialect));
        Assert.Equal(["_input_charset", "out_order_no", "partner", "service", "sign", "sign_type"], sent.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("close_trade", Some.PaymentNo), (sent["service"], sent["out_order_no"]));
    }

    [Theory]
    [InlineData("TRADE_NOT_EXIST", typeof(CloseAnswer.NotFound))]
    [InlineData("TRADE_STATUS_NOT_AVAILD", typeof(CloseAnswer.AlreadyPaid))]
    [InlineData("TRADE_STATUS_ERROR", typeof(CloseAnswer.AlreadyPaid))]
    [InlineData("ILLEGAL_SIGN", typeof(CloseAnswer.Unknown))]
    [InlineData("ILLEGAL_ARGUMENT", typeof(CloseAnswer.Unknown))]
    [InlineData("SYSTEM_ERROR", typeof(CloseAnswer.Unknown))]
    [InlineData("", typeof(CloseAnswer.Unknown))]
    public async Task An_error_says_what_became_of_it(string code, Type expected) =>
        Assert.IsType(expected, await CloseAsync(StubGateway.Saying(TradeAnswer.Error(code))));

    [Theory]
    [InlineData("")]
    [InlineData("T")]
    [InlineData("<html><body><is_success>T</is_success></body></html>")]
    [InlineData("<alipay></alipay>")]
    [InlineData("<alipay><is_success>t</is_success></alipay>")]
    [InlineData("<alipay><is_success>P</is_success></alipay>")]
    [InlineData("<alipay><is_success>F</is_success><is_success>T</is_success></alipay>")]
    [InlineData("<alipay><x><is_success>T</is_success></x></alipay>")]
    [InlineData("<alipay><is_success>T</is_success><request><param name=\"out_order_no\">P2</param></request></alipay>")]
    [InlineData("<alipay><error>TRADE_NOT_EXIST</error></alipay>")]
    public async Task Any_other_answer_is_unknown(string body) => Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Saying(body)));

    [Fact]
    public async Task A_failing_gateway_is_unknown()
    {
        Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Failing(new HttpRequestException("x"))));
        Assert.IsType<CloseAnswer.Unknown>(await CloseAsync(StubGateway.Saying(Success, status: HttpStatusCode.ServiceUnavailable)));
    }

    private static Task<CloseAnswer> CloseAsync(StubGateway gateway, Dialect? dialect = null) =>
        ((IClosingProvider)Some.Provider(Some.Settings(dialect), gateway)).CloseAsync(Some.Reference(), TestContext.Current.CancellationToken);
}
