using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Outbox;
using Modular.Kernel.Web;
using Modular.Ordering;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>
/// One order for operators: why its money has not arrived, everything that happened to it, and what can be done about it. Each action may be
/// sent twice: asking changes nothing that is decided, and held money is accepted, or given back, once.
/// </summary>
internal sealed class OrderPage(IMediator mediator, TimeProvider time) : OpsPageModel(mediator)
{
    public OrderStory Story { get; private set; } = null!;

    public OrderAnswer Answer { get; private set; } = null!;

    public IReadOnlyList<TimelineItem> Timeline { get; private set; } = [];

    /// <summary>What came of the action just done; null when there was none.</summary>
    public string? Result { get; private set; }

    public async Task<IActionResult> OnGetAsync(string orderNo, [FromQuery] string? result, CancellationToken cancellationToken)
    {
        if (await Mediator.Send(new ShowOrderFacts.Query(orderNo), cancellationToken) is not { } order)
        {
            return NotFound();
        }

        var money = await Mediator.Send(new ShowOrderMoney.Query(orderNo), cancellationToken);
        var events = await Mediator.Send(new ListOrderEvents(orderNo, order.CreatedAt), cancellationToken);
        var providers = await Mediator.Send(new ListProviders(), cancellationToken);
        Story = new OrderStory(order, money, events, providers.ToDictionary(it => it.Name, it => it.Problem), time.UtcNow());
        Answer = OrderAnswer.Of(Story);

        string[] subjects = [orderNo, .. money.Attempts.Select(it => it.PaymentNo), .. money.Refunds.Select(it => it.RefundNo)];
        Timeline = OrderTimeline.Of(Story, (await Mediator.Send(new ListActions.Query(Subjects: subjects), cancellationToken)).Entries.Reverse().ToArray());
        Result = Results.Contains(result) ? result : null;
        return Page();
    }

    public async Task<IActionResult> OnPostAskAsync(string orderNo, [FromForm] string? paymentNo, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        if (!await BelongsAsync(orderNo, paymentNo, cancellationToken))
        {
            return NotFound();
        }

        var outcome = await Mediator.Send(new ConfirmPayment.Command(paymentNo!), cancellationToken);
        var (word, detail) = outcome switch
        {
            ConfirmPayment.Outcome.Unknown unknown => ("unknown", unknown.Detail),
            ConfirmPayment.Outcome.Known known => ("known", known.Payment.Payment.Status),
            _ => ("not_found", (string?)null),
        };
        await RecordAsync(OperatorAction.PaymentAsked, paymentNo!, detail, word);
        return new SeeOther($"/ops/orders/{orderNo}?result=asked_{word}");
    }

    public async Task<IActionResult> OnPostAcceptAsync(string orderNo, [FromForm] string? paymentNo, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        if (!await BelongsAsync(orderNo, paymentNo, cancellationToken))
        {
            return NotFound();
        }

        var outcome = await Mediator.Send(new AcceptHeld.Command(paymentNo!, Actor), cancellationToken);
        if (outcome != AcceptHeld.Outcome.Accepted)
        {
            await RecordAsync(OperatorAction.HeldAccepted, paymentNo!, null, outcome.ToText());
        }

        return new SeeOther($"/ops/orders/{orderNo}?result=accept_{outcome.ToText()}");
    }

    public async Task<IActionResult> OnPostGiveBackAsync(string orderNo, [FromForm] string? paymentNo, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        if (!await BelongsAsync(orderNo, paymentNo, cancellationToken))
        {
            return NotFound();
        }

        var outcome = await Mediator.Send(new GiveBackHeld.Command(paymentNo!, Actor), cancellationToken);
        if (outcome != GiveBackHeld.Outcome.GivenBack)
        {
            await RecordAsync(OperatorAction.HeldGivenBack, paymentNo!, null, outcome.ToText());
        }

        return new SeeOther($"/ops/orders/{orderNo}?result=back_{outcome.ToText()}");
    }

    /// <summary>What an address may say came of an action; everything else is nonsense.</summary>
    private static readonly HashSet<string?> Results =
    [
        "asked_known", "asked_unknown", "refund_taken", "refund_repeated", .. Enum.GetValues<AcceptHeld.Outcome>().Select(it => $"accept_{it.ToText()}"),
        .. Enum.GetValues<GiveBackHeld.Outcome>().Select(it => $"back_{it.ToText()}"),
    ];

    private async Task<bool> BelongsAsync(string orderNo, string? paymentNo, CancellationToken cancellationToken) =>
        paymentNo is not null && (await Mediator.Send(new ShowPayment.Query(paymentNo), cancellationToken))?.OrderNo == orderNo;
}
