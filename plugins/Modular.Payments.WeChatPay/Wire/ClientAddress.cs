using System.Net;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>The shopper's IP address as WeChat Pay writes it; it compares it with where the cashier is opened from.</summary>
internal static class ClientAddress
{
    /// <summary>The plain address: an IPv4 address that arrived wrapped in IPv6 is unwrapped, a zone is left out. Null when it is no address.</summary>
    public static string? Of(string? text) =>
        IPAddress.TryParse(text, out var address)
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes())).ToString()
            : null;
}
