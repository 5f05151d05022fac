using System.Diagnostics;
using Modular.Payments.Abstractions;

namespace Modular.Benchmarks;

/// <summary>What contestants on one thread have in common.</summary>
internal static class Contest
{
    /// <summary>How often a second it can be done.</summary>
    public static double Rate(int count, Action action)
    {
        var started = Stopwatch.GetTimestamp();
        for (var index = 0; index < count; index++)
        {
            action();
        }

        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Whether the provider verifies the notification, and without waiting for anything.</summary>
    public static bool Verified(IPaymentProvider provider, RawRequest request)
    {
        var verification = provider.VerifyNotificationAsync(request, default);
        return verification.IsCompletedSuccessfully && verification.Result is Verification.Verified;
    }

    public static void Check(bool good)
    {
        if (!good)
        {
            throw new InvalidOperationException("A contestant gave a wrong answer.");
        }
    }
}
