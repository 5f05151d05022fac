using Microsoft.Extensions.Options;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.AlipayDirect;

/// <summary>The contracts of the configuration, read once: a wrong key stops the start and not the first payment.</summary>
internal sealed class DirectMerchants(IOptions<SandboxOptions> options)
{
    private readonly Dictionary<string, DirectMerchant> byPartner = options.Value.AlipayDirect.Merchants
        .Select(entry => Read(entry.Key, entry.Value, new KeyText(options.Value.Data)))
        .ToDictionary(merchant => merchant.Partner, StringComparer.Ordinal);

    public IEnumerable<DirectMerchant> All => byPartner.Values;

    public DirectMerchant? Find(string partner) => byPartner.GetValueOrDefault(partner);

    public DirectMerchant Of(DirectTrade trade) => byPartner[trade.Partner];

    private static DirectMerchant Read(string name, DirectMerchantOptions options, KeyText keys)
    {
        try
        {
            return DirectMerchant.Read(options, keys);
        }
        catch (Exception cause) when (cause is FormatException or ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            // The text that failed may be a private key, so it is not repeated.
            throw new InvalidOperationException($"A key of Sandbox:AlipayDirect:Merchants:{name} cannot be read ({cause.GetType().Name}).");
        }
    }
}
