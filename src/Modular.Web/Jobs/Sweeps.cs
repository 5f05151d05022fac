using System.ComponentModel;
using Hangfire;
using MediatR;
using Modular.Kernel.Outbox;
using Modular.Ordering;
using Modular.Payments;
using Modular.Webhooks;

namespace Modular.Web.Jobs;

/// <summary>
/// The recurring jobs. A job is only a wake-up: the work list is the shop's own rows with a due time, which each run
/// claims in batches, so that a lost, doubled or late job changes nothing.
/// </summary>
public sealed class Sweeps(IMediator mediator)
{
    /// <summary>Asks the providers about the open payments that are due.</summary>
    [DisplayName("Confirm payments that are due")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> ConfirmPaymentsAsync(CancellationToken cancellationToken) => mediator.Send(new ConfirmPayments.Command(), cancellationToken);

    /// <summary>Sends the refunds that are due and asks about those under way.</summary>
    [DisplayName("Send refunds and ask about them")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> SendRefundsAsync(CancellationToken cancellationToken) => mediator.Send(new SendRefunds.Command(), cancellationToken);

    /// <summary>Closes the orders whose time is over.</summary>
    [DisplayName("Close expired orders")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> CloseOrdersAsync(CancellationToken cancellationToken) => mediator.Send(new CloseOrders.Command(), cancellationToken);

    /// <summary>Deletes the inbox's messages whose time is over.</summary>
    [DisplayName("Forget old messages")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> ForgetMessagesAsync(CancellationToken cancellationToken) => mediator.Send(new ForgetMessages.Command(), cancellationToken);

    /// <summary>Delivers the events that are due.</summary>
    [DisplayName("Dispatch events")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> DispatchEventsAsync(CancellationToken cancellationToken) => mediator.Send(new DispatchEvents(), cancellationToken);

    /// <summary>Sends the webhooks that are due. A receiver that takes long is left to its lane, so that no worker waits for it.</summary>
    [DisplayName("Send webhooks")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> SendWebhooksAsync(CancellationToken cancellationToken) => mediator.Send(new SendDeliveries.Command(TimeSpan.FromSeconds(1)), cancellationToken);

    /// <summary>Deletes the webhooks' deliveries whose time is over.</summary>
    [DisplayName("Forget old webhooks")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> ForgetWebhooksAsync(CancellationToken cancellationToken) => mediator.Send(new ForgetDeliveries.Command(), cancellationToken);
}
