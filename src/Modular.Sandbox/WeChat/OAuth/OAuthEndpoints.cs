using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.WeChat.OAuth;

/// <summary>
/// The web authorisation: <c>open.weixin.qq.com/connect/oauth2/authorize</c> for the shopper's browser, and
/// <c>api.weixin.qq.com/sns/oauth2/…</c> for the shop's server.
/// </summary>
internal sealed class OAuthEndpoints(
    IOptions<SandboxOptions> options, WeChatMerchants merchants, CodeTable codes, TokenAnswers answers, FaultBoard faults)
{
    private readonly OAuthOptions settings = options.Value.WeChat.OAuth;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/connect/oauth2/authorize", (HttpContext context) => Authorize(context, null));
        routes.MapPost("/connect/oauth2/authorize", async (HttpRequest request) =>
            Authorize(request.HttpContext, (await request.ReadFormAsync())["answer"].ToString()));
        routes.MapGet("/sns/oauth2/access_token", AccessToken);
        routes.MapGet("/sns/oauth2/refresh_token", RefreshToken);
        routes.MapGet("/wechat/shopper", (HttpContext context) => OAuthPages.Shopper(Shoppers.Of(context)));
        routes.MapPost("/wechat/shopper", (Delegate)Become);
    }

    /// <param name="consent">What the shopper answered on the consent page; null while nobody was asked.</param>
    private IResult Authorize(HttpContext context, string? consent)
    {
        if (settings.WeChatOnly && !UserAgent.IsWeChat(context.Request))
        {
            return OAuthPages.NotInWeChat();
        }

        if (AuthorizeRequest.Read(context.Request.Query, context.Request.QueryString.Value ?? "", settings, out var request) is { } error)
        {
            return OAuthPages.Refused(error);
        }

        if (merchants.ByAppId(request.AppId) is not { } merchant)
        {
            return OAuthPages.Refused(new("10012", "AppID 参数错误"));
        }

        if (request.CheckDomain(merchant.OAuthDomain) is { } foreign)
        {
            return OAuthPages.Refused(foreign);
        }

        var shopper = Shoppers.Of(context);
        if (request.Scope == AuthorizeRequest.UserInfo && consent is null)
        {
            return OAuthPages.Consent(merchant.Name, shopper, Shoppers.Keep(context.Request));
        }

        var code = consent == "deny" ? null : codes.IssueCode(new Grant(request.AppId, shopper, request.Scope));
        return consent is null ? Results.Redirect(request.Back(code)) : new SeeOther(request.Back(code));
    }

    private IResult AccessToken(HttpRequest request)
    {
        var (appId, code) = (request.Query["appid"].ToString(), request.Query["code"].ToString());
        if (Refuse(request, appId) is { } refused)
        {
            return refused;
        }

        if (code.Length == 0)
        {
            return TokenAnswers.Error(41008, "missing code");
        }

        if (request.Query["grant_type"] != "authorization_code")
        {
            return TokenAnswers.Error(40002, "invalid grant_type");
        }

        return codes.Redeem(code, appId, out var grant) switch
        {
            CodeState.Good => answers.Token(grant!, codes.IssueRefreshToken(grant!)),
            CodeState.Used => TokenAnswers.CodeUsed(),
            _ => TokenAnswers.InvalidCode(),
        };
    }

    /// <summary>The refresh token stays the same; it is renewed by a new authorisation only. No secret is asked for.</summary>
    private IResult RefreshToken(HttpRequest request)
    {
        var (appId, token) = (request.Query["appid"].ToString(), request.Query["refresh_token"].ToString());
        if (appId.Length == 0)
        {
            return TokenAnswers.Error(41002, "appid missing");
        }

        if (merchants.ByAppId(appId) is null)
        {
            return TokenAnswers.Error(40013, "invalid appid");
        }

        if (token.Length == 0)
        {
            return TokenAnswers.Error(41003, "missing refresh_token");
        }

        return codes.OfRefreshToken(token, appId) is { } grant ? answers.Token(grant, token) : TokenAnswers.Error(40030, "invalid refresh_token");
    }

    private IResult? Refuse(HttpRequest request, string appId)
    {
        var secret = request.Query["secret"].ToString();
        if (faults.TakeOAuth() is { } fault)
        {
            return TokenAnswers.Fault(fault);
        }

        if (appId.Length == 0)
        {
            return TokenAnswers.Error(41002, "appid missing");
        }

        if (merchants.ByAppId(appId) is not { } merchant)
        {
            return TokenAnswers.Error(40013, "invalid appid");
        }

        if (secret.Length == 0)
        {
            return TokenAnswers.Error(41004, "appsecret missing");
        }

        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(merchant.AppSecret))
            ? null
            : TokenAnswers.Error(40125, "invalid appsecret");
    }

    private static async Task<IResult> Become(HttpContext context)
    {
        var name = (await context.Request.ReadFormAsync())["shopper"].ToString();
        if (!Shoppers.IsName(name))
        {
            return Results.Text("A shopper's name has 1 to 32 letters, digits and hyphens.", statusCode: StatusCodes.Status400BadRequest);
        }

        Shoppers.Become(context, name);
        return new SeeOther("/wechat/shopper");
    }
}
