using Microsoft.Extensions.Options;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.Alipay;

/// <summary>The applications of the configuration, read once: a wrong key stops the start and not the first payment.</summary>
internal sealed class Merchants(IOptions<SandboxOptions> options)
{
    private readonly Dictionary<string, Merchant> byAppId = options.Value.Alipay.Merchants
        .Select(entry => Read(entry.Key, entry.Value, new KeyText(options.Value.Data)))
        .ToDictionary(merchant => merchant.AppId, StringComparer.Ordinal);

    public IEnumerable<Merchant> All => byAppId.Values;

    public Merchant? Find(string appId) => byAppId.GetValueOrDefault(appId);

    public Merchant Of(Trade trade) => byAppId[trade.AppId];

    private static Merchant Read(string name, MerchantOptions options, KeyText keys)
    {
        try
        {
            return Merchant.Read(options, keys);
        }
        catch (Exception cause) when (cause is FormatException or ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            // The text that failed may be a private key, so it is not repeated.
            throw new InvalidOperationException($"A key or certificate of Sandbox:Alipay:Merchants:{name} cannot be read ({cause.GetType().Name}).");
        }
    }
}
