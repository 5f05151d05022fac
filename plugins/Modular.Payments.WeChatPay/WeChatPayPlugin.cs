using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.WeChatPay.Doctor;

namespace Modular.Payments.WeChatPay;

/// <summary>
/// WeChat Pay's API v3 (JSON, RSA-SHA256, AES-256-GCM) with the products Native, JSAPI, H5 and App, their refunds
/// and the trade bill.
/// The settings are described at <see cref="WeChatPaySettings"/>.
/// </summary>
public sealed class WeChatPayPlugin : IPaymentPlugin, IDiagnosingPlugin
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> DisplayNames { get; } =
        new Dictionary<string, string> { ["zh"] = "微信支付", ["en"] = "WeChat Pay" };

    /// <inheritdoc/>
    public Wallet Wallet => Wallet.WeChat;

    /// <inheritdoc/>
    public IPaymentProvider Create(ProviderContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new WeChatPayProvider(WeChatPaySettings.Read(context.Settings), context.Http, context.Time);
    }

    /// <inheritdoc/>
    public Diagnosis Diagnose(DiagnosisRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var doctor = new WeChatPayDoctor(request);
        return doctor.Diagnose();
    }
}
