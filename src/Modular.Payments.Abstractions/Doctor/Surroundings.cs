namespace Modular.Payments.Abstractions.Doctor;

/// <summary>Whether an instance talks to production or to a sandbox, read from the address that its calls go to.</summary>
public static class Surroundings
{
    private static readonly string[] AddressSettings = ["Gateway", "BaseUrl"];

    /// <summary>Whether calls go to a sandbox: the one of Alipay, the simulation paths of WeChat Pay, or this machine.</summary>
    public static bool IsSandbox(ProviderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return AddressSettings.Any(name => Uri.TryCreate(settings.Optional(name), UriKind.Absolute, out var url) && IsSandbox(url));
    }

    /// <summary><see cref="Causes.SandboxCredentials"/> when the other instance lives in the other world, else <paramref name="otherwise"/>.</summary>
    public static string CauseOf(ProviderSettings settings, ConfiguredInstance? signer, string otherwise) =>
        signer is not null && IsSandbox(settings) != IsSandbox(signer.Settings) ? Causes.SandboxCredentials : otherwise;

    private static bool IsSandbox(Uri url) =>
        url.IsLoopback
        || url.Host.Equals("alipaydev.com", StringComparison.OrdinalIgnoreCase)
        || url.Host.EndsWith(".alipaydev.com", StringComparison.OrdinalIgnoreCase)
        || url.AbsolutePath.Contains("sandbox", StringComparison.OrdinalIgnoreCase);
}
