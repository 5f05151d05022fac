using System.Security.Cryptography;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.Alipay.Wire;

namespace Modular.Payments.Alipay;

/// <summary>What can be said of an instance before it goes live.</summary>
internal static class AlipayPreflight
{
    private const string OwnKey = "own key";
    private const string AlipayKey = "alipay key";
    private const string Account = "account";
    private const string Environment = "environment";
    private const string Question = "signed question";

    public static IReadOnlyList<PreflightLine> Check(PreflightRequest request)
    {
        var (settings, now) = (request.Settings, request.Now);
        var checks = new SettingChecks(now);
        var app = checks.Read(Account, () => AlipaySettings.ReadAppId(settings), id => $"AppId is {id}.");
        checks.Read(Account, () => AlipaySettings.ReadSellerId(settings), id => $"SellerId is {id}.");
        if (checks.Read("gateway", () => AlipaySettings.ReadGateway(settings)) is { } gateway && app is not null)
        {
            checks.Add(World(gateway, app));
        }

        using var own = checks.Read(OwnKey, () => settings.PrivateKey("PrivateKey"), key => $"PrivateKey is an RSA key of {key.KeySize} bits.");
        if (checks.Read(AlipayKey, () => CertificateMode.IsChosen(settings) ? "certificates" : "key") is not { } mode || own is null)
        {
            return checks.Lines;
        }

        if (mode == "key")
        {
            checks.Read(AlipayKey, () => AlipaySettings.ReadAlipayKey(settings, own), key => $"AlipayPublicKey is an RSA key of {key.KeySize} bits and not your own.")?.Dispose();
        }
        else
        {
            CheckCertificates(settings, own, now, checks);
        }

        return checks.Lines;
    }

    /// <summary>What the answer to a question about a payment that cannot exist proves.</summary>
    public static PreflightLine Judge(GatewayAnswer answer) => answer switch
    {
        GatewayAnswer.Verified { SubCode: "ACQ.TRADE_NOT_EXIST" or "TRADE_NOT_EXIST" } => PreflightLine.Pass(
            Question, "Alipay accepted our signature, and signed with the configured key that the payment does not exist."),
        GatewayAnswer.Verified verified => Refused(verified.SubCode, $"Alipay refused the question: {verified.Complaint}."),
        GatewayAnswer.Unknown { IsSignedByAnother: true } unknown => PreflightLine.Fail(
            AlipayKey, unknown.Detail, "Copy Alipay's own public key (or certificate) of this AppId again from the console that belongs to Gateway."),
        GatewayAnswer.Unknown unknown => Refused(unknown.SubCode, unknown.Detail),
        _ => throw new InvalidOperationException("A call has two outcomes."),
    };

    private static PreflightLine Refused(string subCode, string detail) => subCode switch
    {
        "isv.invalid-signature" or "isv.missing-signature" => PreflightLine.Fail(
            OwnKey, $"Alipay refuses our signature ({subCode}).", "Upload the public half of PrivateKey as the key of this AppId in the console, with the signature type RSA2."),
        "isv.invalid-app-id" or "isv.missing-app-id" => PreflightLine.Fail(
            Account, $"Alipay does not know AppId ({subCode}).", "Copy AppId from the console that belongs to Gateway: sandbox and production have applications of their own."),
        "isv.app-cert-not-exist" or "isv.invalid-app-cert-sn" or "isv.invalid-alipay-root-cert-sn" => PreflightLine.Fail(
            "certificates", $"Alipay does not know our certificates ({subCode}).", "Download all three certificates of this AppId again from the console."),
        _ => PreflightLine.Fail(Question, detail, "Compare AppId and the keys with the console, and see that the product is signed for."),
    };

    private static void CheckCertificates(ProviderSettings settings, RSA own, DateTimeOffset now, SettingChecks checks)
    {
        using var application = checks.Read("application certificate", () => CertificateMode.ReadApplication(settings, own, now));
        if (application is not null)
        {
            checks.Lasts("application certificate", "AppCertificate", application.NotAfter);
        }

        using var alipay = checks.Read("alipay certificate", () => CertificateMode.ReadAlipay(settings, own, now));
        if (alipay is not null)
        {
            checks.Lasts("alipay certificate", "AlipayCertificate", alipay.NotAfter);
        }

        checks.Read("root certificates", () => CertificateMode.RootSerial(settings, now), _ => "AlipayRootCertificate holds a root that is valid.");
    }

    /// <summary>Whether address and application are of one world. Only the present sandbox's applications say for certain where they belong.</summary>
    private static PreflightLine World(Uri gateway, string app)
    {
        var isSandboxApp = app.StartsWith("9021", StringComparison.Ordinal) && app.Length == 16;
        var isSandbox = gateway.Host.EndsWith("alipaydev.com", StringComparison.OrdinalIgnoreCase);
        if (gateway.IsLoopback)
        {
            return PreflightLine.Pass(Environment, "Gateway is on this machine: no money moves.");
        }

        return (isSandbox, isSandboxApp) switch
        {
            (false, true) => PreflightLine.Fail(
                Environment, "AppId is an application of Alipay's sandbox, and Gateway is production.", "Use the AppId and keys of the real application, or the sandbox's gateway."),
            (true, false) => PreflightLine.Warn(
                Environment, "Gateway is Alipay's sandbox, and AppId looks like one of production.", "Going live, remove Gateway; for a trial, use the sandbox's AppId and keys."),
            (true, true) => PreflightLine.Warn(Environment, "Gateway is Alipay's sandbox: no money moves.", "Before going live use the real application's settings and remove Gateway."),
            _ when !gateway.Host.EndsWith(".alipay.com", StringComparison.OrdinalIgnoreCase) => PreflightLine.Warn(
                Environment, $"Gateway leads to {gateway.Host}, which is none of Alipay's hosts.", "Remove Gateway, unless that is a relay of yours."),
            _ => PreflightLine.Pass(Environment, "Gateway is Alipay's production."),
        };
    }
}
