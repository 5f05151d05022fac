using Modular.Sandbox.WeChat;

namespace Modular.Sandbox.Control;

/// <summary>A refund of a WeChat trade as the control plane tells it.</summary>
internal sealed record WeChatRefundView(
    string OutRefundNo, string RefundId, string Api, string Amount, string Status, string Reason, string NotifyUrl, DateTimeOffset CreatedAt, DateTimeOffset? SucceededAt)
{
    public static WeChatRefundView Of(WeChatRefund refund) => new(
        refund.OutRefundNo, refund.RefundId, refund.Api, Yuan.Text(refund.Fen), refund.Status, refund.Reason, refund.NotifyUrl, refund.CreatedAt, refund.SucceededAt);
}

/// <summary>Ending a refund by hand, as WeChat Pay or the people at its page do.</summary>
internal static class WeChatRefundControl
{
    public static void MapWeChatRefundControl(this WebApplication app) =>
        app.MapPost("/sandbox/wechat/refunds/{outRefundNo}/{step}", (string outRefundNo, string step, WeChatBook book, WeChatRefundDesk desk) =>
        {
            var status = step switch
            {
                "success" => RefundStatus.Success,
                "abnormal" => RefundStatus.Abnormal,
                "close" => RefundStatus.Closed,
                _ => null,
            };
            if (status is null)
            {
                return ControlModule.Problem(404, "unknown_step", "The steps of a refund are success, abnormal and close.");
            }

            try
            {
                return book.Locked(ledger =>
                {
                    if (ledger.NewestRefund(outRefundNo) is not { } found)
                    {
                        return ControlModule.Problem(404, "unknown_refund", "The sandbox has no WeChat refund of this number.");
                    }

                    desk.End(found.Trade, found.Refund, status);
                    return ControlModule.Answer(new { refund = WeChatRefundView.Of(found.Refund) });
                });
            }
            catch (WeChatRefusal refusal)
            {
                return ControlModule.Problem(409, refusal.Code, refusal.Message);
            }
        });
}
