using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>The notify route of ordinary instances, without the host around it and with an Alipay that confirms everything.</summary>
internal static class Door
{
    private static readonly Dictionary<Dialect, IPaymentProvider> Providers = Dialect.Four.ToDictionary(d => d, d => Some.Provider(Some.Settings(d)));

    public static IPaymentProvider Provider(Dialect? dialect = null) => Providers[dialect ?? Dialect.Usual];

    public static Verification Verify(RawRequest request, Dialect? dialect = null) =>
        Provider(dialect).VerifyNotificationAsync(request, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public static async Task<Verification> VerifyAsync(string body, Dialect? dialect = null) =>
        await Provider(dialect).VerifyNotificationAsync(Some.Notify(body), TestContext.Current.CancellationToken);

    public static async Task<PaymentReport> VerifiedAsync(string body, Dialect? dialect = null) =>
        Assert.IsType<Verification.Verified>(await VerifyAsync(body, dialect)).Report;

    public static async Task<Verification.Refused> RefusedAsync(string body, Dialect? dialect = null) =>
        Assert.IsType<Verification.Refused>(await VerifyAsync(body, dialect));
}
