using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// Decides whether a bill is fetched from an address. WeChat Pay has signed it, and still it is followed only to the host that
/// is called anyway or to WeChat Pay's own: whoever could make it name another one would otherwise reach into the network
/// where this runs, with a signature of the merchant's.
/// </summary>
internal static class BillAddress
{
    private const string Domain = ".mch.weixin.qq.com";
    private const int MaxLength = 4096;

    // The address is used as it stands, because the token in it is part of what is signed.
    private static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public static Uri? Read(string text, Uri baseUrl, out string? problem)
    {
        problem = null;
        if (text.Length > MaxLength || text.Any(c => c is <= ' ' or > '~' or '#' or '\\') || !Uri.TryCreate(text, Verbatim, out var address) || address.UserInfo.Length > 0)
        {
            problem = "The bill's address is no plain address.";
            return null;
        }

        var isBase = address.Scheme == baseUrl.Scheme && address.IdnHost == baseUrl.IdnHost && address.Port == baseUrl.Port;
        var isWeChats = address.Scheme == Uri.UriSchemeHttps
            && address.HostNameType == UriHostNameType.Dns
            && address.IsDefaultPort
            && address.IdnHost.EndsWith(Domain, StringComparison.OrdinalIgnoreCase);
        if (isBase || isWeChats)
        {
            return address;
        }

        problem = $"The bill's address names the host {ForeignText.OneLine(address.IdnHost, 64)}, which is neither that of BaseUrl nor, by https, one of WeChat Pay's.";
        return null;
    }
}
