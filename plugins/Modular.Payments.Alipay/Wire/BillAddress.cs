using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// Decides whether a bill is fetched from an address. Alipay has signed it, and still it is followed only to Alipay's own hosts
/// (<c>dwbillcenter.alipay.com</c>, whose plain HTTP in the documentation's example becomes HTTPS here) or to the gateway's: whoever could make
/// the gateway name another address would otherwise reach into the network where this runs. Addresses of numbers are
/// allowed only where the gateway itself is one.
/// </summary>
internal static class BillAddress
{
    private static readonly string[] Domains = [".alipay.com", ".alipaydev.com"];

    public static Uri? Read(string text, Uri gateway, out string? problem)
    {
        problem = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            problem = "The bill's address is no address of http or https.";
            return null;
        }

        if (address.UserInfo.Length > 0)
        {
            problem = "The bill's address carries a user name, as no address of Alipay's does.";
            return null;
        }

        var isGateways = address.IdnHost == gateway.IdnHost && address.Port == gateway.Port;
        var isAlipays = address.HostNameType == UriHostNameType.Dns
            && address.IsDefaultPort
            && Domains.Any(domain => address.IdnHost.EndsWith(domain, StringComparison.OrdinalIgnoreCase));
        if (isAlipays)
        {
            // No bill is signed, and a line of one can make a payment paid: nobody on the way may write into it.
            return address.Scheme == Uri.UriSchemeHttps ? address : new UriBuilder(address) { Scheme = Uri.UriSchemeHttps, Port = 443 }.Uri;
        }

        if (isGateways && address.Scheme == gateway.Scheme)
        {
            return address;
        }

        problem = $"The bill's address names the host {ForeignText.OneLine(address.IdnHost, 64)}, which is neither the gateway's nor one of Alipay's.";
        return null;
    }
}
