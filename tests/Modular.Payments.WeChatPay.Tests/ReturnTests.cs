using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

public sealed class ReturnTests
{
    [Theory]
    [InlineData("payment=P20261122000001")]
    [InlineData("a=1&payment=P20261122000001&b")]
    [InlineData("p%61yment=P20261122000001")]
    public async Task A_returning_browser_names_a_payment_and_proves_nothing(string query) =>
        Assert.Equal(new Verification.Unsigned(Some.PaymentNo), await ReturnAsync(query));

    [Theory]
    [InlineData("")]
    [InlineData("payment")]
    [InlineData("payment=")]
    [InlineData("Payment=P1")]
    [InlineData("payment=P1&payment=P1")]
    [InlineData("payment=P1&p%61yment=P2")]
    [InlineData("payment=P1%20")]
    [InlineData("payment=P-1")]
    [InlineData("payment=Ｐ1")]
    [InlineData("payment=000000000000000000000000000000001")]
    public async Task Anything_else_is_malformed(string query) =>
        Assert.Equal(RefusalReason.Malformed, Assert.IsType<Verification.Refused>(await ReturnAsync(query)).Reason);

    [Fact]
    public async Task An_endless_query_is_malformed() =>
        Assert.Equal(RefusalReason.Malformed, Assert.IsType<Verification.Refused>(await ReturnAsync("payment=P1&" + new string('a', 5000))).Reason);

    private static async Task<Verification> ReturnAsync(string query) =>
        await Door.Provider.VerifyReturnAsync(new RawRequest("GET", query, [], default), TestContext.Current.CancellationToken);
}
