using System.Collections.Concurrent;
using System.Text.RegularExpressions;

[assembly: AssemblyFixture(typeof(Modular.Process.Tests.Support.Secrets))]

namespace Modular.Process.Tests.Support;

/// <summary>
/// What no output may hold: private keys, the API key, passwords, whole signatures. When all tests are over, everything
/// that the shops wrote, also while they were killed and cut off, is searched for it (P09).
/// </summary>
public sealed partial class Secrets : IDisposable
{
    private static readonly ConcurrentBag<string> Known = [TestShop.ApiKey, TestShop.OperatorPassword];

    public static void Add(AlipayParty party)
    {
        ArgumentNullException.ThrowIfNull(party);
        foreach (var pem in new[] { party.AppKey.ExportPkcs8PrivateKeyPem(), party.AlipayKey.ExportPkcs8PrivateKeyPem() })
        {
            // Every line but the first, which all keys share.
            foreach (var line in pem.Split('\n').Where(line => line.Length > 30 && !line.StartsWith('-')).Skip(1))
            {
                Known.Add(line);
            }
        }
    }

    /// <summary>What of it stands in a text, shortened.</summary>
    public static IReadOnlyList<string> In(string text) =>
    [
        .. Known.Where(secret => text.Contains(secret, StringComparison.Ordinal)).Select(secret => secret[..8] + "…"),
        .. Signature().Matches(text).Select(match => match.Value[..12] + "…"),
    ];

    public void Dispose()
    {
        var found = ShopProcess.AllOutput.SelectMany(In).Distinct().ToArray();
        if (found.Length > 0)
        {
            throw new InvalidOperationException($"The shops wrote secrets: {string.Join(", ", found)}");
        }
    }

    [GeneratedRegex("""sign"?(=|%3D|:)\s*"?[A-Za-z0-9+/%]{60,}""")]
    private static partial Regex Signature();
}
