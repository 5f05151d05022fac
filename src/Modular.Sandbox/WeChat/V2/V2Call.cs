using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>A request of API v2 whose signature was right.</summary>
internal sealed record V2Call(WeChatMerchant Merchant, IReadOnlyDictionary<string, string> Fields, string Algorithm)
{
    /// <summary>Empty when absent.</summary>
    public string this[string name] => Fields.GetValueOrDefault(name, "");

    /// <summary>What the client showed over mutual TLS, issued by this sandbox; null where it showed nothing.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What another request for the same thing must repeat: the fields but those that differ for each request.</summary>
    /// <param name="perRequest">Names that may differ besides the signature and the nonce.</param>
    public string Terms(params IReadOnlyList<string> perRequest) => string.Join('\n', Fields
        .Where(field => field.Value.Length > 0 && field.Key is not ("sign" or "nonce_str") && !perRequest.Contains(field.Key))
        .OrderBy(field => field.Key, StringComparer.Ordinal)
        // With the length before each value, so that no value can pass for two fields.
        .Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Key}={field.Value.Length}:{field.Value}")));
}
