using System.Net;

namespace Modular.Sandbox.WeChat.OAuth;

/// <summary>What the page of <c>/connect/oauth2/authorize</c> refuses, with the number that it shows; null where it shows none.</summary>
internal sealed record AuthorizeError(string? Number, string Message);

/// <summary>The parameters of <c>/connect/oauth2/authorize</c>, every one of them given once.</summary>
internal sealed record AuthorizeRequest(string AppId, string RedirectUri, string ResponseType, string Scope, string State)
{
    public const string Base = "snsapi_base";
    public const string UserInfo = "snsapi_userinfo";

    private const int LongestState = 128;

    private static readonly string[] Documented = ["appid", "redirect_uri", "response_type", "scope", "state"];

    /// <summary>Checks everything that needs no knowledge of the application.</summary>
    public static AuthorizeError? Read(IQueryCollection query, string queryString, OAuthOptions options, out AuthorizeRequest request)
    {
        request = new(Value(query, "appid"), Value(query, "redirect_uri"), Value(query, "response_type"), Value(query, "scope"), Value(query, "state"));
        if (Array.Find(Documented, name => query[name].Count > 1) is { } doubled)
        {
            return new(null, $"参数 {doubled} 重复");
        }

        return request.Missing(options) ?? request.Wrong() ?? (options.StrictOrder && !InOrder(queryString)
            ? new(null, "链接参数顺序有误，请按 appid、redirect_uri、response_type、scope、state 的顺序传参")
            : null);
    }

    /// <summary>The registered domain is a host without a scheme and a port; its sub-domains are other domains.</summary>
    public AuthorizeError? CheckDomain(string registered) =>
        Uri.TryCreate(RedirectUri, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri.Host.Equals(registered, StringComparison.OrdinalIgnoreCase) && uri.UserInfo.Length == 0
            ? null
            : new("10003", "redirect_uri 参数错误");

    /// <summary>The address with code and state, or after a refusal with the state alone.</summary>
    public string Back(string? code)
    {
        var (address, fragment) = RedirectUri.IndexOf('#', StringComparison.Ordinal) is var at and >= 0 ? (RedirectUri[..at], RedirectUri[at..]) : (RedirectUri, "");
        var separator = address.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var answer = code is null ? $"state={WebUtility.UrlEncode(State)}" : $"code={code}&state={WebUtility.UrlEncode(State)}";
        return $"{address}{separator}{answer}{fragment}";
    }

    private AuthorizeError? Missing(OAuthOptions options)
    {
        if (AppId.Length == 0)
        {
            return new("10012", "appid 不能为空");
        }

        if (RedirectUri.Length == 0)
        {
            return new("10011", "redirect_uri 不能为空");
        }

        if (Scope.Length == 0)
        {
            return new("10010", "scope 不能为空");
        }

        return State.Length == 0 && options.StateRequired ? new("10013", "state 不能为空") : null;
    }

    private AuthorizeError? Wrong()
    {
        if (ResponseType != "code")
        {
            return new(null, "response_type 参数错误");
        }

        if (Scope is not (Base or UserInfo))
        {
            return new("10005", "Scope 参数错误或没有 Scope 权限");
        }

        return State.Length <= LongestState && State.All(char.IsAsciiLetterOrDigit) ? null : new(null, "state 参数错误，只能由不超过128个字母和数字组成");
    }

    private static string Value(IQueryCollection query, string name) => query[name].ToString();

    private static bool InOrder(string queryString)
    {
        var names = queryString.TrimStart('?').Split('&').Select(pair => pair.Split('=')[0]).Where(Documented.Contains);
        // An optional state may be absent, so that a beginning of the documented order is in order as well.
        return names.Index().All(name => Documented[name.Index] == name.Item);
    }
}
