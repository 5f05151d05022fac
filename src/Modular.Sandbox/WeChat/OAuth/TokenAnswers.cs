using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Modular.Sandbox.WeChat.OAuth;

/// <summary>JSON that is called text/plain and always has status 200, errors included.</summary>
internal sealed class TokenAnswers(IOptions<SandboxOptions> options, OpenIds openIds)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly OAuthOptions settings = options.Value.WeChat.OAuth;

    public IResult Token(Grant grant, string refreshToken)
    {
        var openId = Shoppers.OpenId(grant.Shopper, grant.AppId);
        openIds.Remember(openId, grant.AppId);
        var answer = new JsonObject
        {
            ["access_token"] = "80_" + CodeTable.RandomText(83),
            ["expires_in"] = (long)Durations.Parse(settings.AccessTokenLifetime).TotalSeconds,
            ["refresh_token"] = refreshToken,
            ["openid"] = openId,
            ["scope"] = grant.Scope,
        };
        if (grant.Scope == AuthorizeRequest.UserInfo)
        {
            answer["unionid"] = Shoppers.UnionId(grant.Shopper);
            if (settings.SnapshotUser)
            {
                answer["is_snapshotuser"] = 1;
            }
        }

        return Text(answer);
    }

    public static IResult InvalidCode() => Error(40029, $"invalid code, {RequestId()}");

    public static IResult CodeUsed() => Error(40163, $"code been used, {RequestId()}");

    /// <summary>What a fault says, worded as if it were true.</summary>
    public static IResult Fault(int number) => number switch
    {
        40029 => InvalidCode(),
        40163 => CodeUsed(),
        _ => Error(number, "system error"),
    };

    public static IResult Error(int number, string message) => Text(new JsonObject { ["errcode"] = number, ["errmsg"] = message });

    private static string RequestId() => $"rid: {Hex()}-{Hex()}-{Hex()}";

    private static string Hex() => RandomNumberGenerator.GetHexString(8, lowercase: true);

    private static IResult Text(JsonObject answer) => Results.Text(answer.ToJsonString(Readable), "text/plain", Encoding.UTF8);
}
