using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.Abstractions.Preflight;
using Modular.Payments.WeChatPayV2.Doctor;

namespace Modular.Payments.WeChatPayV2;

/// <summary>
/// WeChat Pay through its API v2: XML over HTTPS, signed with a key that both sides share. For merchants who have no API v3 key yet,
/// or whose contract names v2. The settings are described at <see cref="WeChatPayV2Settings"/>.
/// </summary>
public sealed class WeChatPayV2Plugin : IPaymentPlugin, IDiagnosingPlugin, IPreflightPlugin
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
        var settings = WeChatPayV2Settings.Read(context.Settings, context.Time.GetUtcNow());
        return new WeChatPayV2Provider(settings, context.Http, settings.Certificate is { } certificate ? context.HttpWith(certificate) : null, context.Time);
    }

    /// <inheritdoc/>
    public Diagnosis Diagnose(DiagnosisRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var doctor = new WeChatPayV2Doctor(request);
        return doctor.Diagnose();
    }

    /// <inheritdoc/>
    public IReadOnlyList<PreflightLine> Check(PreflightRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return WeChatPayV2Preflight.Check(request.Settings, request.Now);
    }
}
