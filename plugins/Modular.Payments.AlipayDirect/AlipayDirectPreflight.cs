using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.AlipayDirect.Wire;

namespace Modular.Payments.AlipayDirect;

/// <summary>What can be said of an instance before it goes live.</summary>
internal static class AlipayDirectPreflight
{
    private const string Account = "account";
    private const string Keys = "keys";
    private const string Environment = "environment";
    private const string Question = "signed question";

    public static IReadOnlyList<PreflightLine> Check(ProviderSettings settings, DateTimeOffset now)
    {
        var checks = new SettingChecks(now);
        checks.Read(Account, () => AlipayDirectSettings.ReadPartner(settings), id => $"Partner is {id}.");
        checks.Read(Account, () => AlipayDirectSettings.ReadSeller(settings) ?? "");
        if (checks.Read("gateway", () => AlipayDirectSettings.ReadGateway(settings)) is { } gateway)
        {
            checks.Add(World(gateway));
        }

        checks.Read(Keys, () => AlipayDirectSettings.ReadSigner(settings), signer => signer is Md5Signer ? "Key has 32 characters." : "PrivateKey and AlipayPublicKey are RSA keys of two different parties.");
        checks.Read("charset", () => AlipayDirectSettings.ReadCharset(settings), charset => $"Messages are in {charset.Name}.");
        checks.Read("time limit", () => AlipayDirectSettings.ReadSendTimeout(settings) ? "sent" : "kept", how => how == "sent"
            ? "Payments carry their time limit; the contract must include it_b_pay."
            : "Payments carry no time limit: the shop closes them when the order expires.");
        checks.Read("refunds", () => AlipayDirectSettings.ReadRefund(settings) ? "direct" : "password", how => how == "direct"
            ? "Refunds are asked for directly; the contract must include refund_fastpay_by_platform_nopwd."
            : "Refunds are confirmed by an operator with the payment password on Alipay's page.");
        return checks.Lines;
    }

    /// <summary>What the answer to a question about a payment that cannot exist proves. Alipay does not sign that there is none.</summary>
    public static PreflightLine Judge(QueryAnswer answer, Signer signer) => answer switch
    {
        QueryAnswer.Known { Report.State: ReportedState.NotFound } => PreflightLine.Pass(
            Question,
            signer is Md5Signer
                ? "Alipay accepted our signature, made with the key that both sides share, and knows no such payment."
                : "Alipay accepted our signature and knows no such payment; it signs only what it says about real ones, so that AlipayPublicKey stays unproved until the first."),
        QueryAnswer.Unknown unknown => PreflightLine.Fail(Question, unknown.Detail, "Compare Partner, SignType and the keys with the merchant centre."),
        _ => PreflightLine.Fail(Question, "The gateway claims to know a payment that nobody ever made.", "Check that Gateway leads to Alipay."),
    };

    private static PreflightLine World(Uri gateway) =>
        gateway.IsLoopback ? PreflightLine.Pass(Environment, "Gateway is on this machine: no money moves.")
        : gateway.Host.EndsWith("alipaydev.com", StringComparison.OrdinalIgnoreCase) ? PreflightLine.Warn(
            Environment, "Gateway is Alipay's sandbox: no money moves, and production's Partner and keys are unknown there.", "Before going live remove Gateway.")
        : gateway.Host.EndsWith(".alipay.com", StringComparison.OrdinalIgnoreCase) ? PreflightLine.Pass(Environment, "Gateway is Alipay's production.")
        : PreflightLine.Warn(Environment, $"Gateway leads to {gateway.Host}, which is none of Alipay's hosts.", "Remove Gateway, unless that is a relay of yours.");
}
