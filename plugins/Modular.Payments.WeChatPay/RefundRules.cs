using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay;

/// <summary>What WeChat Pay never gives back, told apart without asking it.</summary>
internal static class RefundRules
{
    /// <summary>The refusal, or null when WeChat Pay may be asked.</summary>
    public static RefundAnswer.Rejected? Refusal(RefundRequest request) =>
        request.Amount.Currency != "CNY" || request.PaymentAmount.Currency != "CNY"
            ? new RefundAnswer.Rejected("CURRENCY", $"WeChat Pay gives back CNY only, not {request.Amount.Currency} of a payment in {request.PaymentAmount.Currency}.", MayRetry: false)
            : request.Amount.Minor < 1 || request.Amount.Minor > request.PaymentAmount.Minor || request.PaymentAmount.Minor > Money.MaxMinor
                ? new RefundAnswer.Rejected("AMOUNT", $"WeChat Pay gives back 0.01 yuan or more and no more than was paid, not {request.Amount.ToDecimalString()} of {request.PaymentAmount.ToDecimalString()} yuan.", MayRetry: false)
                : null;
}
