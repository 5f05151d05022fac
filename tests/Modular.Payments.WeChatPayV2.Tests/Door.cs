using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>The notify route of one ordinary instance, without the host around it.</summary>
internal static class Door
{
    public static readonly IPaymentProvider Provider = Some.Provider();

    public static Verification Verify(RawRequest request, IPaymentProvider? provider = null) =>
        (provider ?? Provider).VerifyNotificationAsync(request, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public static PaymentReport Verified(string body, IPaymentProvider? provider = null) =>
        Assert.IsType<Verification.Verified>(Verify(Some.Notify(body), provider)).Report;

    public static Verification.Refused Refused(string body, IPaymentProvider? provider = null) =>
        Assert.IsType<Verification.Refused>(Verify(Some.Notify(body), provider));
}
