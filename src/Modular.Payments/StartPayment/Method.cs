using Microsoft.AspNetCore.Http;

namespace Modular.Payments;

/// <summary>What the checkout's form says that the shopper chose: <c>instance/scene</c>. Nothing in it has been checked.</summary>
internal sealed record Method(string Provider, string Scene)
{
    public static Method? Parse(string? text) =>
        text is { Length: <= 64 } && text.Split('/') is [{ Length: > 0 } provider, { Length: > 0 } scene] ? new Method(provider, scene) : null;
}

internal static class ClientAddress
{
    /// <summary>The shopper's address as the connection, or a trusted proxy, names it; null when there is none.</summary>
    public static string? ClientIp(this HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;
}
