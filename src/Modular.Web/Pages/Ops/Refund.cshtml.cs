using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Web;
using Modular.Payments;
using Modular.Payments.Abstractions;

namespace Modular.Web.Pages;

/// <summary>One refund, and the decision of a second operator about it where it waits for one. A decision sent twice decides once.</summary>
internal sealed class RefundPage(IMediator mediator) : OpsPageModel(mediator)
{
    public RefundWork Refund { get; private set; } = null!;

    /// <summary>What came of the decision just made; null when there was none.</summary>
    public string? Result { get; private set; }

    /// <summary>The form that leads to the provider's page, where the refund needs an operator there; null for viewers and all other refunds.</summary>
    public PaymentAction.Form? Form { get; private set; }

    /// <summary>The signed-in operator asked for it and cannot be the second one.</summary>
    public bool IsOwn => Refund.RequestedBy == Operator;

    public async Task<IActionResult> OnGetAsync(string refundNo, [FromQuery] string? result, CancellationToken cancellationToken)
    {
        if (await Mediator.Send(new ShowRefundWork.Query(refundNo), cancellationToken) is not { } refund)
        {
            return NotFound();
        }

        Refund = refund;
        Form = MayAct ? await Mediator.Send(new ShowRefundAction.Query(refundNo), cancellationToken) as PaymentAction.Form : null;
        Result = EnumText<ApproveRefund.Outcome>.TryParse(result, out _) ? result : null;
        return Page();
    }

    public Task<IActionResult> OnPostApproveAsync(string refundNo, CancellationToken cancellationToken) => DecideAsync(refundNo, true, cancellationToken);

    public Task<IActionResult> OnPostTurnDownAsync(string refundNo, CancellationToken cancellationToken) => DecideAsync(refundNo, false, cancellationToken);

    private async Task<IActionResult> DecideAsync(string refundNo, bool approve, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(new ApproveRefund.Command(refundNo, Operator, approve), cancellationToken);
        if (outcome == ApproveRefund.Outcome.NotFound)
        {
            return NotFound();
        }

        await RecordAsync(approve ? OperatorAction.RefundApproved : OperatorAction.RefundTurnedDown, refundNo, null, outcome.ToText());
        return new SeeOther($"/ops/refunds/{refundNo}?result={outcome.ToText()}");
    }
}
