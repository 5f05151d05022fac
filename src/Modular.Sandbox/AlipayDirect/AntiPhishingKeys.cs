using Microsoft.Extensions.Options;

namespace Modular.Sandbox.AlipayDirect;

/// <summary>The keys that query_timestamp gives out, each for one partner and half a minute.</summary>
internal sealed class AntiPhishingKeys(IOptions<SandboxOptions> options, TimeProvider time)
{
    private readonly ExpiringIds<string> keys = new(Durations.Parse(options.Value.AlipayDirect.AntiPhishingKeyLifetime), time);

    public string New(string partner)
    {
        // With the characters of Base64, as the real ones have them.
        var key = $"KP+{Digits.Token(20)}/{Digits.Token(10)}==";
        keys.Add(key, partner);
        return key;
    }

    public bool IsAlive(string partner, string key) => keys.Find(key) is var (owner, isAlive) && isAlive && owner == partner;
}
