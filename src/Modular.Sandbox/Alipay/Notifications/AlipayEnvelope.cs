using System.Net.Http.Headers;
using System.Text;
using Modular.Sandbox.Alipay.Wire;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.Alipay.Notifications;

/// <summary>A signed form, acknowledged by the word success.</summary>
/// <param name="fields">Without notify_time, sign_type and sign, which belong to the single attempt.</param>
internal sealed class AlipayEnvelope(
    NotificationBody body, AlipayOptions settings, Merchant merchant, IReadOnlyList<KeyValuePair<string, string>> fields, string charset) : IEnvelope
{
    public DeliveryRules Rules => body.Rules;

    public IReadOnlyDictionary<string, string> Fields { get; } = fields.ToDictionary();

    public void Write(HttpRequestMessage request, NotifyFaults faults, DateTimeOffset now)
    {
        var form = body.Write(merchant, Fields, charset, faults, now);
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(form));
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse($"application/x-www-form-urlencoded; charset={charset}");
    }

    public bool IsAcknowledged(int status, string answer) =>
        status == StatusCodes.Status200OK
        && string.Equals(answer, "success", settings.AckIgnoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
