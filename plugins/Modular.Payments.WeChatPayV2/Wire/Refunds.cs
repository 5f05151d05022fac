using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>Asks for refunds, over mutual TLS, and about them, which needs no certificate.</summary>
internal sealed class Refunds(Gateway gateway, HttpClient? certified, X509Certificate2? certificate, TimeProvider time)
{
    private const string Path = "/secapi/pay/refund";
    private const string QueryPath = "/pay/refundquery";

    /// <summary>Asks for a refund. A refusal counts only once the number is known not to exist.</summary>
    public async Task<RefundAnswer> AskAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        var answer = WithoutCertificate() ?? RefundAnswers.OfRequest(await gateway.CallAsync(certified!, Path, Fields(request), cancellationToken), request.Reference);
        if (answer is not RefundAnswer.Rejected rejected)
        {
            return answer;
        }

        // An earlier call may have been taken although its answer was lost, and this refusal may be about the repetition.
        return await QueryAsync(request.Reference, cancellationToken) switch
        {
            RefundAnswer.Known { Report.State: RefundState.NotFound } => rejected,
            RefundAnswer.Unknown unknown => new RefundAnswer.Unknown($"{rejected.Detail} Whether the refund exists all the same is not known: {unknown.Detail}"),
            var known => known,
        };
    }

    /// <summary>Asks by our number alone: WeChat Pay then tells of one refund, and not of a page of them.</summary>
    public async Task<RefundAnswer> QueryAsync(RefundReference refund, CancellationToken cancellationToken) =>
        RefundAnswers.OfQuery(await gateway.CallAsync(QueryPath, [("out_refund_no", refund.RefundNo)], cancellationToken), refund);

    /// <summary>
    /// The terms. They name the payment by our own number even when WeChat Pay's is known by now, because a number is taken a second
    /// time only with identical terms; and always an address, without which the console's is notified.
    /// </summary>
    private static IEnumerable<(string Name, string? Value)> Fields(RefundRequest request) =>
    [
        ("out_trade_no", request.Payment.PaymentNo),
        ("out_refund_no", request.RefundNo),
        ("total_fee", Fen.Write(request.PaymentAmount.Minor)),
        ("refund_fee", Fen.Write(request.Amount.Minor)),
        ("refund_fee_type", request.Amount.Currency),
        ("refund_desc", LineText.Reason(request.Reason)),
        ("notify_url", request.NotifyUrl.AbsoluteUri),
    ];

    private RefundAnswer.Rejected? WithoutCertificate() =>
        certified is null || certificate is null
            ? new("CERTIFICATE", $"WeChat Pay gives money back through API v2 only to who shows the merchant's certificate: set {ClientCertificate.Setting} to apiclient_cert.p12 of the merchant platform and send the refund again.", MayRetry: true)
            : ClientCertificate.IsOver(certificate, time.GetUtcNow())
                ? new("CERTIFICATE", string.Create(CultureInfo.InvariantCulture, $"{ClientCertificate.Setting} expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}: get a new API certificate on the merchant platform, set it and send the refund again."), MayRetry: true)
                : null;
}
