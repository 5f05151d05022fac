using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Tests;

/// <summary>The notify route of one ordinary instance in public-key mode, without the host around it.</summary>
internal static class Door
{
    public static readonly IPaymentProvider Provider = Some.Provider();

    public static Verification Verify(RawRequest request) =>
        Provider.VerifyNotificationAsync(request, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public static async Task<Verification> VerifyAsync(RawRequest request) =>
        await Provider.VerifyNotificationAsync(request, TestContext.Current.CancellationToken);

    public static async Task<PaymentReport> VerifiedAsync(string body) =>
        Assert.IsType<Verification.Verified>(await VerifyAsync(Some.Notify(body))).Report;

    public static async Task<Verification.Refused> RefusedAsync(RawRequest request) =>
        Assert.IsType<Verification.Refused>(await VerifyAsync(request));

    public static Task<Verification.Refused> RefusedAsync(string body) => RefusedAsync(Some.Notify(body));
}
