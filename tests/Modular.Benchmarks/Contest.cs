using System.Diagnostics;
using System.Security.Cryptography;
using Modular.Payments.Abstractions;

namespace Modular.Benchmarks;

/// <summary>What contestants on one thread have in common.</summary>
internal static class Contest
{
    public const int Rounds = 9;
    public const int WarmUps = 2;

    private const int Verifications = 4000;

    /// <summary>Verifies a signature with the bare RSA operation and the message that it stands in with the plugin, in turn.</summary>
    /// <param name="signer">Whose signature it is.</param>
    /// <param name="signed">The signed bytes.</param>
    /// <param name="allocated">What the plugin allocated for one notification, in bytes.</param>
    public static (Figures Raw, Figures Plugin) Verify(
        RSA signer, byte[] signed, byte[] signature, IPaymentProvider provider, RawRequest request, string does, out long allocated)
    {
        // A key imported on its own, as a shop has it: only the public half.
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(signer.ExportSubjectPublicKeyInfo(), out _);

        var (raw, plugin) = (new Figures("RSA.VerifyData alone"), new Figures(does));
        allocated = 0;
        for (var round = -WarmUps; round < Rounds; round++)
        {
            var rawRate = Rate(Verifications, () => Check(key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var pluginRate = Rate(Verifications, () => Check(Verified(provider, request)));
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Verifications;
            if (round >= 0)
            {
                raw.Add(rawRate);
                plugin.Add(pluginRate);
            }
        }

        return (raw, plugin);
    }

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

    public static void Check(bool good)
    {
        if (!good)
        {
            throw new InvalidOperationException("A contestant gave a wrong answer.");
        }
    }

    // Without waiting for anything.
    private static bool Verified(IPaymentProvider provider, RawRequest request)
    {
        var verification = provider.VerifyNotificationAsync(request, default);
        return verification.IsCompletedSuccessfully && verification.Result is Verification.Verified;
    }
}
