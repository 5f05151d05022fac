using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Web;
using Modular.Payments;
using Modular.Payments.Abstractions;

namespace Modular.Web.Pages;

/// <summary>
/// One refund, and what a person does about it: the decision of a second operator where it waits for one, and its end where it cannot end by
/// itself. Whatever is sent twice is done once.
/// </summary>
internal sealed class RefundPage(IMediator mediator) : OpsPageModel(mediator)
{
    public RefundWork Refund { get; private set; } = null!;

    /// <summary>What came of the decision just made; null when there was none.</summary>
    public string? Result { get; private set; }

    /// <summary>The form that leads to the provider's page, where the refund needs an operator there; null for viewers and all other refunds.</summary>
    public PaymentAction.Form? Form { get; private set; }

    /// <summary>The signed-in operator asked for it and cannot be the second one, but may withdraw it.</summary>
    public bool IsOwn => Refund.RequestedBy == Operator;

    /// <summary>The signed-in operator may say that it was done at the provider, or that it was not and is given up.</summary>
    public bool MayBeFinished => MayAct && Refund is { NeedsAttention: true, Status: "processing" };

    /// <summary>The provider could not say whether it was done, and whoever gives it up says that they have looked there.</summary>
    public bool MustHaveLooked => Result == $"finish_{FinishRefund.Outcome.ProviderUnknown.ToText()}";

    /// <summary>The signed-in operator may say that this refund, which has ended, needs nobody any more.</summary>
    public bool MayBeDealtWith => MayAct && Refund is { NeedsAttention: true, Status: "failed" or "succeeded" };

    public async Task<IActionResult> OnGetAsync(string refundNo, [FromQuery] string? result, CancellationToken cancellationToken)
    {
        if (await Mediator.Send(new ShowRefundWork.Query(refundNo), cancellationToken) is not { } refund)
        {
            return NotFound();
        }

        Refund = refund;
        Form = MayAct ? await Mediator.Send(new ShowRefundAction.Query(refundNo), cancellationToken) as PaymentAction.Form : null;
        Result = Results.Contains(result) ? result : null;
        return Page();
    }

    public Task<IActionResult> OnPostApproveAsync(string refundNo, CancellationToken cancellationToken) => DecideAsync(refundNo, true, cancellationToken);

    public Task<IActionResult> OnPostTurnDownAsync(string refundNo, CancellationToken cancellationToken) => DecideAsync(refundNo, false, cancellationToken);

    public async Task<IActionResult> OnPostFinishAsync(string refundNo, [FromForm] bool done, [FromForm] string? theirs, [FromForm] bool looked, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(new FinishRefund.Command(refundNo, done, theirs?.Trim(), Actor, looked), cancellationToken);
        if (outcome == FinishRefund.Outcome.NotFound)
        {
            return NotFound();
        }

        // What ends the refund is written down in the commit that ends it.
        if (outcome is not (FinishRefund.Outcome.Done or FinishRefund.Outcome.GivenUp))
        {
            await RecordAsync(done ? OperatorAction.RefundFinished : OperatorAction.RefundGivenUp, refundNo, null, outcome.ToText());
        }

        return new SeeOther($"/ops/refunds/{refundNo}?result=finish_{outcome.ToText()}");
    }

    public async Task<IActionResult> OnPostDealWithAsync(string refundNo, [FromForm] string? note, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(new DealWithRefund.Command(refundNo, note, Actor), cancellationToken);
        if (outcome == DealWithRefund.Outcome.NotFound)
        {
            return NotFound();
        }

        if (outcome != DealWithRefund.Outcome.DealtWith)
        {
            await RecordAsync(OperatorAction.RefundDealtWith, refundNo, null, outcome.ToText());
        }

        return new SeeOther($"/ops/refunds/{refundNo}?result=deal_{outcome.ToText()}");
    }

    /// <summary>What an address may say came of an action; everything else is nonsense.</summary>
    private static readonly HashSet<string?> Results =
    [
        .. Enum.GetValues<ApproveRefund.Outcome>().Select(it => it.ToText()), .. Enum.GetValues<FinishRefund.Outcome>().Select(it => $"finish_{it.ToText()}"),
        .. Enum.GetValues<DealWithRefund.Outcome>().Select(it => $"deal_{it.ToText()}"),
    ];

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
