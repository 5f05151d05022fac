using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.Alipay.Doctor;

namespace Modular.Payments.Alipay;

/// <summary>
/// Alipay's open platform (<c>gateway.do</c>, version 1.0, RSA2) with the products page.pay, wap.pay, precreate and app.pay,
/// their refunds, and the bill of their transactions.
/// The settings are described at <see cref="AlipaySettings"/>.
/// </summary>
public sealed class AlipayPlugin : IPaymentPlugin, IDiagnosingPlugin
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> DisplayNames { get; } =
        new Dictionary<string, string> { ["zh"] = "支付宝", ["en"] = "Alipay" };

    /// <inheritdoc/>
    public Wallet Wallet => Wallet.Alipay;

    /// <inheritdoc/>
    public IPaymentProvider Create(ProviderContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new AlipayProvider(AlipaySettings.Read(context.Settings, context.Time), context.Http, context.Time);
    }

    /// <inheritdoc/>
    public Diagnosis Diagnose(DiagnosisRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var doctor = new AlipayDoctor(request);
        return doctor.Diagnose();
    }
}
