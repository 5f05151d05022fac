using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.WeChat;

/// <summary>The merchants of the configuration, read once: a wrong key stops the start and not the first payment.</summary>
internal sealed class WeChatMerchants(IOptions<SandboxOptions> options, TimeProvider time)
{
    private readonly Dictionary<string, WeChatMerchant> byMchId = options.Value.WeChat.Merchants
        .Select(entry => Read(entry.Key, entry.Value, new KeyText(options.Value.Data), time))
        .ToDictionary(merchant => merchant.MchId, StringComparer.Ordinal);

    public IEnumerable<WeChatMerchant> All => byMchId.Values;

    public WeChatMerchant? ByMchId(string mchId) => byMchId.GetValueOrDefault(mchId);

    public WeChatMerchant? ByAppId(string appId) => byMchId.Values.FirstOrDefault(merchant => merchant.AppId == appId);

    public WeChatMerchant Of(WeChatTrade trade) => byMchId[trade.MchId];

    private static WeChatMerchant Read(string name, WeChatMerchantOptions options, KeyText keys, TimeProvider time)
    {
        try
        {
            return WeChatMerchant.Read(options, keys, time);
        }
        catch (Exception cause) when (cause is FormatException or ArgumentException or CryptographicException)
        {
            // The text that failed may be a private key, so it is not repeated.
            throw new InvalidOperationException($"A key or certificate of Sandbox:WeChat:Merchants:{name} cannot be read ({cause.GetType().Name}).");
        }
    }
}
