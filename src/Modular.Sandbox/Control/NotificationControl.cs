using Modular.Sandbox.Alipay;
using Modular.Sandbox.Alipay.Notifications;
using Modular.Sandbox.Alipay.Wire;
using Modular.Sandbox.AlipayDirect;
using Modular.Sandbox.AlipayDirect.Wire;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.Control;

/// <summary>Looking at notifications, delivering one now, and signing any text as Alipay would.</summary>
internal static class NotificationControl
{
    /// <param name="AppId">An application, or a partner of the legacy gateway.</param>
    /// <param name="SignType">Of the legacy gateway: MD5 or RSA.</param>
    internal sealed record SignRequest(string AppId, Dictionary<string, string> Parameters, string Charset = "utf-8", string SignType = "MD5");

    public static void MapNotificationControl(this WebApplication app)
    {
        app.MapGet("/sandbox/notifications", (PostBox box, string? outTradeNo) => ControlModule.Answer(
            box.All.Where(notification => outTradeNo is null || notification.OutTradeNo == outTradeNo).Select(View).ToList()));
        app.MapPost("/sandbox/notifications/{id}/deliver", async (string id, PostBox box, Courier courier) =>
        {
            if (box.Find(id) is not { } notification)
            {
                return ControlModule.Problem(404, "unknown_notification", "The sandbox has no notification of this id.");
            }

            if (notification.State == DeliveryState.Refused)
            {
                return ControlModule.Problem(409, "refused", notification.Reason!);
            }

            await courier.DeliverAsync(notification);
            return ControlModule.Answer(View(notification));
        });
        app.MapPost("/sandbox/sign", async (HttpRequest request, Merchants merchants, DirectMerchants direct, NotificationBody body) =>
        {
            var wanted = await ControlModule.ReadAsync<SignRequest>(request);
            var fields = wanted?.Parameters?.Where(field => field.Key is not ("sign" or "sign_type")).ToDictionary();
            var signed = fields is null ? null
                : merchants.Find(wanted!.AppId ?? "") is { } merchant ? body.Sign(merchant, fields, wanted.Charset, new NotifyFaults())
                : direct.Find(wanted.AppId ?? "") is { } partner ? SignDirect(partner, fields, wanted)
                : null;
            if (signed is null)
            {
                return ControlModule.Problem(404, "unknown_app", "The sandbox has no merchant of this appId.");
            }

            return ControlModule.Answer(new { form = FormText.Write(signed, Charsets.Of(wanted!.Charset)), parameters = signed });
        });
    }

    private static Dictionary<string, string> SignDirect(DirectMerchant partner, Dictionary<string, string> fields, SignRequest wanted) => new(fields)
    {
        ["sign"] = DirectSignature.Sign(partner, wanted.SignType, DirectSignature.Text(fields), Charsets.Of(wanted.Charset)),
        ["sign_type"] = wanted.SignType,
    };

    public static object View(Notification notification)
    {
        lock (notification.Gate)
        {
            return new
            {
                notification.Id,
                notification.OutTradeNo,
                notification.AppId,
                notification.Gateway,
                tradeStatus = notification.News,
                notification.Url,
                state = notification.State.ToString().ToUpperInvariant(),
                notification.Reason,
                notification.CreatedAt,
                notification.NextAttemptAt,
                attempts = notification.Attempts.ToArray(),
                fields = notification.Envelope.Fields,
            };
        }
    }
}
