using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Modular.Payments;

/// <summary>
/// What this browser's session knows of its payer: protected cookies that end with the session, and nothing on the server.
/// Thread-safe.
/// </summary>
internal sealed class PayerSession(IDataProtectionProvider protection, TimeProvider time)
{
    // Longer than anyone needs to pay, shorter than anyone would want to be remembered.
    private static readonly TimeSpan PayerLife = TimeSpan.FromHours(2);

    // The browser is sent away and back without a question to the shopper, which takes seconds.
    private static readonly TimeSpan VisitLife = TimeSpan.FromMinutes(10);

    private const int StateLength = 32;
    private const string StateAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string VisitCookie = "payer-visit";

    private readonly IDataProtector protector = protection.CreateProtector("Modular.PayerSession.v1");

    /// <summary>One way to the provider and back. <paramref name="Method"/> is what the shopper chose to pay with.</summary>
    public sealed record Visit(string State, string OrderNo, string Method);

    /// <summary>A protected value with its end; the type says which cookie it belongs to, so that none passes for another.</summary>
    private sealed record Sealed(string Cookie, DateTimeOffset Until, string Value);

    /// <summary>The payer's id at the instance; null when the session does not know it.</summary>
    public string? PayerAt(HttpContext context, string instance) => Read(context, PayerCookie(instance));

    public void RememberPayer(HttpContext context, string instance, string payerId) => Write(context, PayerCookie(instance), payerId, PayerLife);

    /// <summary>Begins a visit; a state of its own binds what comes back to this browser.</summary>
    public Visit BeginVisit(HttpContext context, string orderNo, string method)
    {
        var visit = new Visit(RandomNumberGenerator.GetString(StateAlphabet, StateLength), orderNo, method);
        Write(context, VisitCookie, JsonSerializer.Serialize(visit), VisitLife);
        return visit;
    }

    /// <summary>Ends the visit that <paramref name="state"/> belongs to; null when this browser has no such visit. It ends once.</summary>
    public Visit? EndVisit(HttpContext context, string? state)
    {
        if (Read(context, VisitCookie) is not { } text || JsonSerializer.Deserialize<Visit>(text) is not { } visit || visit.State != state)
        {
            return null;
        }

        context.Response.Cookies.Delete(VisitCookie, Options(context));
        return visit;
    }

    private static string PayerCookie(string instance) => $"payer-{instance}";

    // Lax, because the browser comes back from the provider by a link of another site.
    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        Path = "/",
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
    };

    private void Write(HttpContext context, string cookie, string value, TimeSpan life) =>
        context.Response.Cookies.Append(cookie, protector.Protect(JsonSerializer.Serialize(new Sealed(cookie, time.GetUtcNow() + life, value))), Options(context));

    private string? Read(HttpContext context, string cookie)
    {
        if (context.Request.Cookies[cookie] is not { Length: > 0 and <= 2048 } text)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<Sealed>(protector.Unprotect(text)) is { } value && value.Cookie == cookie && value.Until > time.GetUtcNow()
                ? value.Value
                : null;
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            return null;
        }
    }
}
