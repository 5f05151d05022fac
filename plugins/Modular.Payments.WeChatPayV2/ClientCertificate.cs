using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2;

/// <summary>
/// The merchant's API certificate (<c>apiclient_cert.p12</c>), which WeChat Pay wants to see when money is given back. It is issued by
/// WeChat Pay to one merchant, whose number is the common name, and lives for five years.
/// </summary>
internal static class ClientCertificate
{
    public const string Setting = "ClientCertificate";
    private const string PasswordSetting = "ClientCertificatePassword";

    /// <summary>Reads and checks the setting; null when it is not there. The caller owns the certificate.</summary>
    /// <exception cref="ProviderSettingsException">It cannot be read, is not valid now, or is another merchant's.</exception>
    public static X509Certificate2? Read(ProviderSettings settings, string mchId, DateTimeOffset now)
    {
        if (!settings.Has(Setting))
        {
            return null;
        }

        var certificate = settings.CertificateWithKey(Setting, PasswordSetting, settings.Optional(PasswordSetting) ?? mchId);
        if (Problem(certificate, mchId, now) is not { } problem)
        {
            return certificate;
        }

        certificate.Dispose();
        throw new ProviderSettingsException($"{Setting} {problem}");
    }

    /// <summary>Whether the certificate is still good.</summary>
    public static bool IsOver(X509Certificate2 certificate, DateTimeOffset now) => now > certificate.NotAfter.ToUniversalTime();

    private static string? Problem(X509Certificate2 certificate, string mchId, DateTimeOffset now)
    {
        // Nothing private is in a certificate, but its name is somebody's, so it is not repeated.
        if (certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != mchId)
        {
            return "belongs to another merchant than MchId: download the API certificate on the merchant platform of this very merchant.";
        }

        return IsOver(certificate, now)
            ? string.Create(CultureInfo.InvariantCulture, $"expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}: get a new API certificate on the merchant platform.")
            : now < certificate.NotBefore.ToUniversalTime()
                ? string.Create(CultureInfo.InvariantCulture, $"is not valid before {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd}: check the clock of this machine.")
                : null;
    }
}
