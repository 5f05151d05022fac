using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.WeChatPayV2.Wire;

namespace Modular.Payments.WeChatPayV2;

/// <summary>What can be said of an instance before it goes live.</summary>
internal static class WeChatPayV2Preflight
{
    private const string Account = "account";
    private const string ApiKey = "api key";
    private const string Environment = "environment";
    private const string Question = "signed question";
    private const string Certificate = "client certificate";

    // What WeChat Pay's documents fill into their examples, and what is copied from there.
    private static readonly string[] Examples = ["1230000109", "1900000109", "1900000100", "10000100", "wx8888888888888888", "wxd678efh567hg6787", "wx2421b1c4370ec43b"];

    public static IReadOnlyList<PreflightLine> Check(ProviderSettings settings, DateTimeOffset now)
    {
        var checks = new SettingChecks(now);
        var app = checks.Read(Account, () => WeChatPayV2Settings.ReadAppId(settings), id => $"AppId is {id}.");
        if (app is not null && (app.Length != 18 || !app.StartsWith("wx", StringComparison.Ordinal)))
        {
            checks.Add(PreflightLine.Warn(Account, "AppId does not look like an appid.", "An appid begins with wx and has 18 characters: compare it with the console."));
        }

        var merchant = checks.Read(Account, () => WeChatPayV2Settings.ReadMchId(settings), id => $"MchId is {id}.");
        if (checks.Read("base url", () => WeChatPayV2Settings.ReadAddress(settings, "BaseUrl", WeChatPayV2Settings.DefaultBaseUrl)) is { } address)
        {
            checks.Add(World(address, app, merchant));
        }

        if (checks.Read(ApiKey, () => WeChatPayV2Settings.ReadApiKey(settings), _ => "ApiKey has 32 characters.") is { } key)
        {
            checks.Read("app secret", () => WeChatPayV2Settings.ReadAppSecret(settings, key) ?? "");
        }

        checks.Read("sign type", () => WeChatPayV2Settings.ReadAlgorithm(settings), algorithm => $"Messages are signed with {algorithm.Name}.");
        CheckCertificate(settings, merchant, checks, now);
        return checks.Lines;
    }

    /// <summary>What the answer to a question about a payment that cannot exist proves. The key is shared, so that one answer proves it on both sides.</summary>
    public static PreflightLine Judge(GatewayAnswer answer) => answer switch
    {
        GatewayAnswer.Verified { ErrorCode: "ORDERNOTEXIST" } =>
            PreflightLine.Pass(Question, "WeChat Pay accepted our signature, and signed with the same key that the payment does not exist."),
        GatewayAnswer.Verified { IsSuccess: false, ErrorCode: "SIGNERROR" } => WrongKey("WeChat Pay refuses our signature."),
        GatewayAnswer.Verified { IsSuccess: false } verified => PreflightLine.Fail(
            Account, $"WeChat Pay refuses the question: {verified.Complaint}.", "Compare AppId, MchId and the merchant's permissions with the merchant platform."),
        GatewayAnswer.Verified => PreflightLine.Fail(Question, "The gateway claims to know a payment that nobody ever made.", "Check that BaseUrl leads to WeChat Pay."),
        GatewayAnswer.Unknown { Doubt: Doubt.OurSignature } => WrongKey("WeChat Pay refuses our signature."),
        GatewayAnswer.Unknown { Doubt: Doubt.TheirSignature } unknown => WrongKey(unknown.Detail),
        GatewayAnswer.Unknown unknown => PreflightLine.Fail(Question, unknown.Detail, "Compare AppId, MchId and ApiKey with the merchant platform."),
        _ => throw new InvalidOperationException("A call has two outcomes."),
    };

    private static PreflightLine WrongKey(string sentence) => PreflightLine.Fail(
        ApiKey, sentence, "Compare ApiKey with the APIv2 key of this MchId on the merchant platform; it cannot be shown there, so when in doubt set a new one and copy it here.");

    private static PreflightLine World(Uri address, string? app, string? merchant)
    {
        if (address.IsLoopback)
        {
            return PreflightLine.Pass(Environment, "BaseUrl is on this machine: no money moves.");
        }

        if (address.AbsolutePath.Contains("sandbox", StringComparison.OrdinalIgnoreCase))
        {
            return PreflightLine.Warn(Environment, "BaseUrl is WeChat Pay's sandbox, which has a key of its own and moves no money.", "Before going live remove BaseUrl and set the real ApiKey.");
        }

        return Examples.Contains(app) || Examples.Contains(merchant)
            ? PreflightLine.Fail(
                Environment, "AppId or MchId is an example from WeChat Pay's documents, and BaseUrl is production.", "Copy your own from the merchant platform.")
            : address.Host.EndsWith(".mch.weixin.qq.com", StringComparison.OrdinalIgnoreCase)
                ? PreflightLine.Pass(Environment, "BaseUrl is WeChat Pay's production.")
                : PreflightLine.Warn(Environment, $"BaseUrl leads to {address.Host}, which is none of WeChat Pay's hosts.", "Remove BaseUrl, unless that is a relay of yours.");
    }

    /// <summary>Payments need no certificate and refunds do, so a wrong one would be found too late.</summary>
    private static void CheckCertificate(ProviderSettings settings, string? merchant, SettingChecks checks, DateTimeOffset now)
    {
        if (merchant is not null && settings.Has(ClientCertificate.Setting))
        {
            using var certificate = checks.Read(Certificate, () => ClientCertificate.Read(settings, merchant, now)!);
            if (certificate is not null)
            {
                checks.Lasts(Certificate, ClientCertificate.Setting, certificate.NotAfter);
            }
        }
    }
}
