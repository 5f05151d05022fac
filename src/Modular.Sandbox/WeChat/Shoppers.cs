using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Modular.Sandbox.WeChat;

/// <summary>
/// The people behind the browsers. A browser is somebody by a cookie, gets somebody new where it has none, and becomes
/// somebody else by the query parameter <c>shopper</c> or by the form at <c>/wechat/shopper</c>.
/// </summary>
internal static class Shoppers
{
    private const string Cookie = "wechat_shopper";
    private const string Parameter = "shopper";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>Who sits at this browser, by a name of letters, digits and hyphens.</summary>
    public static string Of(HttpContext context)
    {
        // A browser without a cookie must not be two people within one request.
        if (context.Items[typeof(Shoppers)] is not string name)
        {
            context.Items[typeof(Shoppers)] = name = Find(context);
        }

        return name;
    }

    private static string Find(HttpContext context)
    {
        var wanted = context.Request.Query[Parameter].ToString();
        if (IsName(wanted))
        {
            Become(context, wanted);
            return wanted;
        }

        if (context.Request.Cookies[Cookie] is { } known && IsName(known))
        {
            return known;
        }

        var somebody = "shopper-" + Digits.Token()[..8];
        Become(context, somebody);
        return somebody;
    }

    /// <summary>The address of this request for the same shopper, so that a form works in a browser that keeps no cookies.</summary>
    public static string Keep(HttpRequest request) => QueryHelpers.AddQueryString(
        request.Path, request.Query.Where(parameter => parameter.Key != Parameter).Append(new(Parameter, Of(request.HttpContext))));

    public static void Become(HttpContext context, string name) => context.Response.Cookies.Append(
        Cookie, name, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = TimeSpan.FromDays(365) });

    public static bool IsName(string text) =>
        text.Length is > 0 and <= 32 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    /// <summary>The same person has another openid in every application, 28 characters that begin with o.</summary>
    public static string OpenId(string name, string appId) => "o" + Derived($"openid\n{appId}\n{name}", 27);

    /// <summary>One for all applications of the same Open Platform account.</summary>
    public static string UnionId(string name) => "o" + Derived($"unionid\n{name}", 27);

    private static string Derived(string text, int length) =>
        string.Concat(SHA256.HashData(Encoding.UTF8.GetBytes(text)).Take(length).Select(value => Alphabet[value % Alphabet.Length]));
}
