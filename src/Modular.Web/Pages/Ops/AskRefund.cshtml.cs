using System.Security.Cryptography;
using System.Text;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Modular.Kernel.Audit;
using Modular.Kernel.Idempotency;
using Modular.Kernel.Web;
using Modular.Payments;
using Modular.Payments.Abstractions;

namespace Modular.Web.Pages;

/// <summary>
/// Asks for a refund in two steps: sum and reason, then a look at both before it is taken. The key of the form makes it one refund however
/// often its button is pressed.
/// </summary>
internal sealed class AskRefundPage(IMediator mediator) : OpsPageModel(mediator)
{
    private const int MaxKeyLength = 64;

    public PaymentDetails Payment { get; private set; } = null!;

    /// <summary>What can still be given back.</summary>
    public Money? Refundable { get; private set; }

    /// <summary>Names this form, so that it is one refund.</summary>
    public string Key { get; private set; } = "";

    public string? Amount { get; private set; }

    public string? Reason { get; private set; }

    /// <summary>What was understood, to be confirmed; null while sum and reason are still asked for.</summary>
    public Money? Asked { get; private set; }

    /// <summary>What is wrong with what was entered, as a stable word; <c>refusal.{problem}</c> is its text.</summary>
    public string? Problem { get; private set; }

    public async Task<IActionResult> OnGetAsync(string paymentNo, CancellationToken cancellationToken)
    {
        if (!await FindAsync(paymentNo, cancellationToken))
        {
            return NotFound();
        }

        Key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        Amount = Refundable?.ToDecimalString();
        return Page();
    }

    /// <summary>Shows what is about to be done, and does nothing.</summary>
    public Task<IActionResult> OnPostAsync(
        string paymentNo, [FromForm] string? amount, [FromForm] string? reason, [FromForm] string? key, CancellationToken cancellationToken) =>
        WithAsync(paymentNo, amount, reason, key, _ => Task.FromResult<IActionResult>(Page()), cancellationToken);

    public Task<IActionResult> OnPostTakeAsync(
        string paymentNo, [FromForm] string? amount, [FromForm] string? reason, [FromForm] string? key, CancellationToken cancellationToken) =>
        WithAsync(paymentNo, amount, reason, key, asked => TakeAsync(asked, cancellationToken), cancellationToken);

    private async Task<IActionResult> WithAsync(
        string paymentNo, string? amount, string? reason, string? key, Func<Money, Task<IActionResult>> then, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        if (!await FindAsync(paymentNo, cancellationToken))
        {
            return NotFound();
        }

        if (key is not { Length: > 0 and <= MaxKeyLength } || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return BadRequest();
        }

        (Key, Amount, Reason) = (key, amount?.Trim(), reason?.Trim());
        if (!Money.TryParseDecimal(Amount ?? "", Payment.Payment.Amount.Currency, out var asked) || asked.Minor <= 0)
        {
            return Problematic("bad-amount");
        }

        if (Reason is not { Length: > 0 and <= 80 } || Reason.Any(char.IsControl))
        {
            return Problematic("bad-reason");
        }

        Asked = asked;
        return await then(asked);
    }

    private async Task<IActionResult> TakeAsync(Money asked, CancellationToken cancellationToken)
    {
        var paymentNo = Payment.Payment.PaymentNo;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{paymentNo}\n{asked.Minor} {asked.Currency}\n{Reason}")));
        var command = new RefundPayment.Command(
            paymentNo, asked, Reason, RefundOrigin.Operator, Operator, new IdempotencyKey($"operator {Operator} refund", Key, hash));
        var detail = $"{asked.ToDecimalString()} {asked.Currency}: {Reason}";
        switch (await Mediator.Send(command, cancellationToken))
        {
            case RefundPayment.Outcome.Taken taken:
                await RecordAsync(OperatorAction.RefundRequested, taken.Refund.RefundNo, $"{detail} ({paymentNo})", "taken");
                return new SeeOther($"/ops/orders/{Payment.OrderNo}?result=refund_taken");
            case RefundPayment.Outcome.Repeated:
                return new SeeOther($"/ops/orders/{Payment.OrderNo}?result=refund_repeated");
            case RefundPayment.Outcome.Refused refused:
                await RecordAsync(OperatorAction.RefundRequested, paymentNo, detail, refused.Code);
                return Problematic(refused.Code);
            case RefundPayment.Outcome.KeyReused:
                return Problematic("used");
            default:
                return NotFound();
        }
    }

    private async Task<bool> FindAsync(string paymentNo, CancellationToken cancellationToken)
    {
        if (await Mediator.Send(new ShowPayment.Query(paymentNo), cancellationToken) is not { } payment)
        {
            return false;
        }

        Payment = payment;
        var attempts = (await Mediator.Send(new ShowOrderMoney.Query(payment.OrderNo), cancellationToken)).Attempts;
        Refundable = attempts.FirstOrDefault(it => it.PaymentNo == paymentNo)?.Refundable;
        return true;
    }

    private PageResult Problematic(string problem)
    {
        (Problem, Asked) = (problem, null);
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }
}
