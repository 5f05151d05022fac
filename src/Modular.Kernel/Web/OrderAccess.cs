using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Modular.Kernel.Web;

/// <summary>
/// Decides who may see an order's pages: whoever holds its capability, either in the cookie that the browser got when it
/// placed the order, or in the <c>?key=</c> of a link. The capability is the protected order number, so nothing is stored
/// and nobody can make one. Thread-safe.
/// </summary>
public sealed class OrderAccess(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("Modular.OrderAccess.v1");

    /// <summary>The capability as it stands in a link.</summary>
    public string KeyFor(string orderNo) => protector.Protect(orderNo);

    /// <summary>Gives the capability to this browser.</summary>
    public void Grant(HttpContext context, string orderNo)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.Cookies.Append(CookieName(orderNo), KeyFor(orderNo), new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = TimeSpan.FromDays(2),
            Path = "/",
            // Lax, because the browser comes back from the provider's cashier by a link of another site.
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
        });
    }

    /// <summary>Whether this request may see the order. A good <c>?key=</c> is remembered for the browser's next requests.</summary>
    public bool Allows(HttpContext context, string orderNo)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsKeyFor(context.Request.Cookies[CookieName(orderNo)], orderNo))
        {
            return true;
        }

        var keys = context.Request.Query["key"];
        if (keys.Count != 1 || !IsKeyFor(keys[0], orderNo))
        {
            return false;
        }

        if (!context.Response.HasStarted)
        {
            Grant(context, orderNo);
        }

        return true;
    }

    private static string CookieName(string orderNo) => $"order-{orderNo}";

    private bool IsKeyFor(string? key, string orderNo)
    {
        if (string.IsNullOrEmpty(key) || key.Length > 1024)
        {
            return false;
        }

        try
        {
            return protector.Unprotect(key) == orderNo;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
