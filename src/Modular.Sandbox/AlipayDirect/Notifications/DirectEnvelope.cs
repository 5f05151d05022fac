using System.Text;
using Modular.Sandbox.Alipay.Wire;
using Modular.Sandbox.AlipayDirect.Wire;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.AlipayDirect.Notifications;

/// <summary>A signed form in the merchant's charset, acknowledged by the word success. It carries any kind of news.</summary>
/// <param name="fields">Without notify_time, sign_type and sign, which belong to the single attempt.</param>
internal sealed class DirectEnvelope(
    DeliveryRules rules, AlipayDirectOptions settings, DirectMerchant merchant, IReadOnlyList<KeyValuePair<string, string>> fields, string charset, string signType)
    : IEnvelope
{
    public DeliveryRules Rules => rules;

    public IReadOnlyDictionary<string, string> Fields { get; } = fields.ToDictionary();

    public void Write(HttpRequestMessage request, NotifyFaults faults, DateTimeOffset now)
    {
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(Form(faults, now)));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", settings.NotifyContentType.Replace("{charset}", charset, StringComparison.Ordinal));
    }

    public bool IsAcknowledged(int status, string answer) =>
        status == StatusCodes.Status200OK
        && string.Equals(answer, "success", settings.AckIgnoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private string Form(NotifyFaults faults, DateTimeOffset now)
    {
        var (encoding, type) = (Charsets.Of(charset), faults.SignType ?? signType);
        var form = new Dictionary<string, string>(Fields, StringComparer.Ordinal) { ["notify_time"] = Beijing.Text(now) };
        Overwrite(form, faults.ResignTampered);
        var sign = DirectSignature.Sign(merchant, type, DirectSignature.Text(form), encoding, faults.WrongKey == true);
        (form["sign_type"], form["sign"]) = (type, sign);
        Overwrite(form, faults.Tamper);
        if (faults.OmitSignature == true)
        {
            form.Remove("sign");
        }

        return FormText.Write(form, encoding);
    }

    private static void Overwrite(Dictionary<string, string> form, Dictionary<string, string>? values)
    {
        foreach (var (name, value) in values ?? [])
        {
            form[name] = value;
        }
    }
}
