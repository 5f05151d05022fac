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
            Verdict.Undecided undecided => Undecided(undecided.Detail, request),
            _ => Notification.Read(request.Body, cipher),
        };
    }

    private Verification.Refused Refused(Doubt doubt, RawRequest request, SignatureHeaders? headers)
    {
        var (paymentNo, transactionId) = Evidence.Hints(request.Body, cipher);
        return new Verification.Refused(doubt.Reason, doubt.Detail)
        {
            PaymentNoHint = paymentNo,
            ProviderTradeNoHint = transactionId,
            Evidence = headers is null ? null : Evidence.Of(headers, request.Body.Span),
        };
    }

    private Verification.Undecided Undecided(string detail, RawRequest request)
    {
        var (paymentNo, transactionId) = Evidence.Hints(request.Body, cipher);
        return new Verification.Undecided(detail) { PaymentNoHint = paymentNo, ProviderTradeNoHint = transactionId };
    }
}
