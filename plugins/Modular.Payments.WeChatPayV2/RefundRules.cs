using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2;

/// <summary>What WeChat Pay never gives back, told apart without asking it.</summary>
internal static class RefundRules
{
    /// <summary>The limits that the description of <c>/secapi/pay/refund</c> names.</summary>
    public static readonly RefundLimits Limits = new(MaxPerPayment: 50, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));

    /// <summary>The refusal, or null when WeChat Pay may be asked.</summary>
    public static RefundAnswer.Rejected? Refusal(RefundRequest request)
    {
        if (request.Amount.Currency != "CNY" || request.PaymentAmount.Currency != "CNY")
        {
            return new("CURRENCY", $"WeChat Pay gives back CNY only, not {request.Amount.Currency} of a payment in {request.PaymentAmount.Currency}.", MayRetry: false);
        }

        // WeChat Pay would refuse these without a signature, which proves nothing.
        return request.Amount.Minor < 1 || request.Amount.Minor > request.PaymentAmount.Minor || request.PaymentAmount.Minor > Money.MaxMinor
            ? new("AMOUNT", $"WeChat Pay gives back 0.01 yuan or more and no more than was paid, not {request.Amount.ToDecimalString()} of {request.PaymentAmount.ToDecimalString()} yuan.", MayRetry: false)
            : null;
    }
}
