using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>From raw bytes to a verdict: headers, signature, and only then what the message says.</summary>
internal sealed class NotificationReader(MessageCheck check, ResourceCipher cipher)
{
    public async ValueTask<Verification> ReadAsync(RawRequest request, CancellationToken cancellationToken)
    {
        if (MessageForm.Problem(request) is { } problem)
        {
            return new Verification.Refused(RefusalReason.Malformed, problem);
        }

        if (SignatureHeaders.Read(request.Headers, out var doubt) is not { } headers)
        {
            return Refused(doubt!, request, null);
        }

        return await check.CheckAsync(headers, request.Body, MessageOrigin.Notification, request.ReceivedAt, cancellationToken) switch
        {
            Verdict.Refused refused => Refused(refused.Doubt, request, headers),
            Verdict.Undecided undecided => new Verification.Undecided(undecided.Detail),
            _ => Notification.Read(request.Body, cipher),
        };
    }

    private Verification.Refused Refused(Doubt doubt, RawRequest request, SignatureHeaders? headers) => new(doubt.Reason, doubt.Detail)
    {
        PaymentNoHint = Evidence.PaymentNoHint(request.Body, cipher),
        Evidence = headers is null ? null : Evidence.Of(headers, request.Body.Span),
    };
}
