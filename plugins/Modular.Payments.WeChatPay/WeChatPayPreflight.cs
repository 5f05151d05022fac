using System.Globalization;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.WeChatPay.Wire;

namespace Modular.Payments.WeChatPay;

/// <summary>What can be said of an instance before it goes live.</summary>
internal static class WeChatPayPreflight
{
    public const string OwnKey = "own key";
    private const string Account = "account";
    private const string WeChatKey = "wechat pay key";
    private const string ApiKey = "api v3 key";
    private const string Environment = "environment";
    private const string Question = "signed question";

    // What WeChat Pay's documents fill into their examples, and what is copied from there.
    private static readonly string[] Examples = ["1230000109", "1900000109", "1900000100", "10000100", "wx8888888888888888", "wxd678efh567hg6787", "wx2421b1c4370ec43b"];

    public static IReadOnlyList<PreflightLine> Check(ProviderSettings settings, DateTimeOffset now)
    {
        var checks = new SettingChecks(now);
        var app = checks.Read(Account, () => WeChatPaySettings.ReadAppId(settings), id => $"AppId is {id}.");
        var merchant = checks.Read(Account, () => WeChatPaySettings.ReadMchId(settings), id => $"MchId is {id}.");
        if (checks.Read("base url", () => WeChatPaySettings.ReadBaseUrl(settings)) is { } address)
        {
            checks.Add(World(address, app, merchant));
        }

        checks.Read(OwnKey, () => WeChatPaySettings.ReadSerialNo(settings), serial => $"MerchantSerialNo is a serial number of {serial.Length} digits.");
        using var own = checks.Read(OwnKey, () => settings.PrivateKey("PrivateKey"), key => $"PrivateKey is an RSA key of {key.KeySize} bits.");
        if (checks.Read(ApiKey, () => WeChatPaySettings.ReadApiV3Key(settings), _ => "ApiV3Key has 32 bytes.") is { } secret && secret == settings.Optional("AppSecret"))
        {
            checks.Add(PreflightLine.Fail(ApiKey, "AppSecret is the same as ApiV3Key.", "Copy AppSecret from the official account's console and ApiV3Key from the merchant console."));
        }

        if (own is not null)
        {
            // In certificate mode there is nothing to read, and that is no fault.
            checks.Read(
                WeChatKey, () => new Mode(WeChatPaySettings.ReadPublicKey(settings, own)),
                mode => mode.Key is { } key ? $"PublicKey is an RSA key of {key.Key.KeySize} bits, not your own, and named {key.Id}." : "WeChat Pay's platform certificates are fetched when they are needed.");
        }

        checks.Read("app secret", () => WeChatPaySettings.ReadOAuth(settings));
        return checks.Lines;
    }

    /// <summary>What the answer to a question about a payment that cannot exist proves.</summary>
    public static PreflightLine Judge(GatewayAnswer answer) => answer switch
    {
        GatewayAnswer.Refused { IsSigned: true } refused when refused.Error.Is("ORDER_NOT_EXIST") =>
            PreflightLine.Pass(Question, "WeChat Pay accepted our signature, and signed with a key known here that the payment does not exist."),
        GatewayAnswer.Refused { IsSigned: false } refused when refused.Error.Is("ORDER_NOT_EXIST") => PreflightLine.Fail(
            WeChatKey, "The gateway says that the payment does not exist and does not sign it.", "Check that BaseUrl leads to WeChat Pay without anything in between that rewrites answers."),
        GatewayAnswer.Refused refused when refused.Error.Is("SIGN_ERROR") => PreflightLine.Fail(OwnKey, $"WeChat Pay refuses our signature: {refused.Error.Sentence}"),
        GatewayAnswer.Refused refused => PreflightLine.Fail(
            Account, $"WeChat Pay refuses the question: {refused.Error.Sentence}", "Compare AppId, MchId and the merchant's permissions with the merchant console."),
        GatewayAnswer.Unknown { IsNotBelieved: true } unknown => PreflightLine.Fail(
            WeChatKey, unknown.Detail, "Copy PublicKeyId and PublicKey together from the merchant console that MchId belongs to."),
        GatewayAnswer.Unknown unknown => PreflightLine.Fail(Question, unknown.Detail, "Look again later, and compare the settings with the merchant console."),
        _ => PreflightLine.Fail(Question, "The gateway claims to know a payment that nobody ever made.", "Check that BaseUrl leads to WeChat Pay."),
    };

    /// <summary>What fetching the platform certificates proves about the APIv3 key, with which they are encrypted.</summary>
    public static PreflightLine Judge(DownloadAnswer answer) => answer switch
    {
        DownloadAnswer.Fetched => PreflightLine.Pass(ApiKey, "ApiV3Key decrypts what WeChat Pay encrypted with it."),
        DownloadAnswer.NoneExist => PreflightLine.Pass(ApiKey, "This merchant has no platform certificates, so that only the first notification will prove ApiV3Key."),
        DownloadAnswer.Failed { IsUndecipherable: true } => PreflightLine.Fail(
            ApiKey, "ApiV3Key is not the key that WeChat Pay encrypts with.", "Compare it with the APIv3 key in the merchant console; the APIv2 key is another one."),
        DownloadAnswer.Failed failed => PreflightLine.Warn(ApiKey, failed.Detail, "Until they can be fetched, only a notification proves ApiV3Key."),
        _ => throw new InvalidOperationException("A download has three outcomes."),
    };

    /// <summary>How long the newest platform certificate lasts; the older ones are followed by it.</summary>
    public static IReadOnlyList<PreflightLine> Lasting(IEnumerable<PlatformCertificate> certificates, DateTimeOffset now)
    {
        var newest = certificates.MaxBy(certificate => certificate.To)!;
        var checks = new SettingChecks(now);
        checks.Lasts(
            "platform certificate",
            string.Create(CultureInfo.InvariantCulture, $"WeChat Pay's newest platform certificate (from {newest.From:yyyy-MM-dd})"),
            newest.To,
            "Look in the merchant console whether WeChat Pay announces the next one, which is fetched by itself, or set PublicKeyId and PublicKey from there.");
        return checks.Lines;
    }

    private static PreflightLine World(Uri address, string? app, string? merchant)
    {
        if (address.IsLoopback)
        {
            return PreflightLine.Pass(Environment, "BaseUrl is on this machine: no money moves.");
        }

        if (address.AbsolutePath.Contains("sandbox", StringComparison.OrdinalIgnoreCase))
        {
            return PreflightLine.Fail(Environment, "BaseUrl names a sandbox, and WeChat Pay has none for API v3.", "Remove BaseUrl for production.");
        }

        return Examples.Contains(app) || Examples.Contains(merchant)
            ? PreflightLine.Fail(
                Environment, "AppId or MchId is an example from WeChat Pay's documents, and BaseUrl is production.", "Copy your own from the merchant console.")
            : address.Host.EndsWith(".mch.weixin.qq.com", StringComparison.OrdinalIgnoreCase)
                ? PreflightLine.Pass(Environment, "BaseUrl is WeChat Pay's production.")
                : PreflightLine.Warn(Environment, $"BaseUrl leads to {address.Host}, which is none of WeChat Pay's hosts.", "Remove BaseUrl, unless that is a relay of yours.");
    }

    private sealed record Mode(WeChatPayPublicKey? Key);
}
