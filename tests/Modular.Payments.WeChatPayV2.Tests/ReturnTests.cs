using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

public sealed class ReturnTests
{
    [Theory]
    [InlineData("payment=P20261122000001")]
    [InlineData("utm=x&payment=P20261122000001")]
    [InlineData("payment=P20261122000001&a=%zz&&=")]
    public async Task A_return_names_a_payment_and_proves_nothing(string query) =>
        Assert.Equal(new Verification.Unsigned("P20261122000001"), await VerifyAsync(query));

    [Theory]
    [InlineData("")]
    [InlineData("payment")]
    [InlineData("payment=")]
    [InlineData("Payment=P1")]
    [InlineData("payment=P1&payment=P1")]
    [InlineData("payment=P1&payment")]
    [InlineData("payment=P1&%70ayment=P2")]
    [InlineData("payment=P%31")]
    [InlineData("payment=P1%00")]
    [InlineData("payment=P+1")]
    [InlineData("payment=<b>")]
    [InlineData("payment=１")]
    [InlineData("payment=123456789012345678901234567890123")]
    [InlineData("out_trade_no=P20261122000001&result_code=SUCCESS")]
    public async Task S20_anything_else_is_malformed(string query) =>
        Assert.Equal(RefusalReason.Malformed, Assert.IsType<Verification.Refused>(await VerifyAsync(query)).Reason);

    private static async Task<Verification> VerifyAsync(string query) =>
        await Some.Provider().VerifyReturnAsync(new RawRequest("GET", query, [], default), TestContext.Current.CancellationToken);
}
