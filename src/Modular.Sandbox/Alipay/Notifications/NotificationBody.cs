using Microsoft.Extensions.Options;
using Modular.Sandbox.Alipay.Wire;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;
using Modular.Sandbox.Signing;

namespace Modular.Sandbox.Alipay.Notifications;

/// <summary>Signs a notification for one attempt and spoils it where a fault says so.</summary>
internal sealed class NotificationBody(IOptions<SandboxOptions> options)
{
    public DeliveryRules Rules { get; } = DeliveryRules.Read(options.Value.Alipay.RetrySchedule, options.Value.Alipay.AckTimeout);

    /// <summary>The form to post.</summary>
    public string Write(Merchant merchant, IReadOnlyDictionary<string, string> content, string charset, NotifyFaults faults, DateTimeOffset now)
    {
        var fields = new Dictionary<string, string>(content, StringComparer.Ordinal) { ["notify_time"] = Beijing.Text(now) };
        Overwrite(fields, faults.ResignTampered);
        var signed = Sign(merchant, fields, charset, faults);
        Overwrite(signed, faults.Tamper);
        if (faults.OmitSignature == true)
        {
            signed.Remove("sign");
        }

        return FormText.Write(signed, Charsets.Of(charset));
    }

    /// <summary>The fields with sign_type and sign, as the gateway would send them.</summary>
    public Dictionary<string, string> Sign(Merchant merchant, Dictionary<string, string> fields, string charset, NotifyFaults faults)
    {
        var signType = faults.SignType ?? "RSA2";
        var signed = new Dictionary<string, string>(fields, StringComparer.Ordinal);
        var serial = options.Value.Alipay.NotifyCertificateSerial;
        if (serial == "signed" && merchant.Certificates is not null)
        {
            signed["alipay_cert_sn"] = merchant.Certificates.AlipaySerial;
        }

        var key = faults.WrongKey == true ? NobodysKey.Value : merchant.AlipayKey;
        var sign = WireSignature.Sign(key, WireSignature.OfNotification(signed), Charsets.Of(charset), signType);
        if (serial == "unsigned" && merchant.Certificates is not null)
        {
            signed["alipay_cert_sn"] = merchant.Certificates.AlipaySerial;
        }

        signed["sign_type"] = signType;
        signed["sign"] = sign;
        return signed;
    }

    private static void Overwrite(Dictionary<string, string> fields, Dictionary<string, string>? values)
    {
        foreach (var (name, value) in values ?? [])
        {
            fields[name] = value;
        }
    }
}
