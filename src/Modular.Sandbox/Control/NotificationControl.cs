using Modular.Sandbox.Alipay;
using Modular.Sandbox.Alipay.Notifications;
using Modular.Sandbox.Alipay.Wire;
using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.Control;

/// <summary>Looking at notifications, delivering one now, and signing any text as Alipay would.</summary>
internal static class NotificationControl
{
    internal sealed record SignRequest(string AppId, Dictionary<string, string> Parameters, string Charset = "utf-8");

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
        app.MapPost("/sandbox/sign", async (HttpRequest request, Merchants merchants, NotificationBody body) =>
        {
            if (await ControlModule.ReadAsync<SignRequest>(request) is not { Parameters: not null } wanted || merchants.Find(wanted.AppId ?? "") is not { } merchant)
            {
                return ControlModule.Problem(404, "unknown_app", "The sandbox has no merchant of this appId.");
            }

            var fields = wanted.Parameters.Where(field => field.Key is not ("sign" or "sign_type")).ToDictionary();
            var signed = body.Sign(merchant, fields, wanted.Charset, new NotifyFaults());
            return ControlModule.Answer(new { form = FormText.Write(signed, Charsets.Of(wanted.Charset)), parameters = signed });
        });
    }

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
