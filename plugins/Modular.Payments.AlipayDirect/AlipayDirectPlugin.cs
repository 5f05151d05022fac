using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.AlipayDirect.Doctor;

namespace Modular.Payments.AlipayDirect;

/// <summary>
/// Alipay's legacy gateway (<c>mapi</c>) with the service <c>create_direct_pay_by_user</c>, for merchants whose contract is older than
/// the open platform. The settings are described at <see cref="AlipayDirectSettings"/>.
/// </summary>
public sealed class AlipayDirectPlugin : IPaymentPlugin, IDiagnosingPlugin, IPreflightPlugin
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
        return new AlipayDirectProvider(AlipayDirectSettings.Read(context.Settings), context.Http, context.Time);
    }

    /// <inheritdoc/>
    public Diagnosis Diagnose(DiagnosisRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var doctor = new AlipayDirectDoctor(request);
        return doctor.Diagnose();
    }

    /// <inheritdoc/>
    public IReadOnlyList<PreflightLine> Check(PreflightRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AlipayDirectPreflight.Check(request.Settings, request.Now);
    }
}
