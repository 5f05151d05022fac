using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hangfire;
using MediatR;
using Modular.Kernel.Audit;
using Modular.Kernel.Outbox;
using Modular.Kernel.Telemetry;
using Modular.Ordering;
using Modular.Payments;
using Modular.Payments.Calls;
using Modular.Webhooks;

namespace Modular.Web.Jobs;

/// <summary>
/// The recurring jobs. A job is only a wake-up: the work list is the shop's own rows with a due time, which each run
/// claims in batches, so that a lost, doubled or late job changes nothing.
/// </summary>
public sealed class Sweeps(IMediator mediator, ShopMeter meter)
{
    /// <summary>Asks the providers about the open payments that are due.</summary>
    [DisplayName("Confirm payments that are due")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> ConfirmPaymentsAsync(CancellationToken cancellationToken) => RunAsync(new ConfirmPayments.Command(), cancellationToken);

    /// <summary>Sends the refunds that are due and asks about those under way.</summary>
    [DisplayName("Send refunds and ask about them")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> SendRefundsAsync(CancellationToken cancellationToken) => RunAsync(new SendRefunds.Command(), cancellationToken);

    /// <summary>Fetches the bills of the days that are over and compares them.</summary>
    [DisplayName("Reconcile statements")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> ReconcileStatementsAsync(CancellationToken cancellationToken) => RunAsync(new ReconcileStatements.Command(), cancellationToken);

    /// <summary>Checks every promise of the stored rows; what is broken is logged as critical.</summary>
    [DisplayName("Audit the books")]
    [AutomaticRetry(Attempts = 0)]
    public async Task<int> AuditAsync(CancellationToken cancellationToken)
    {
        var findings = await mediator.Send(new RunAudit(), cancellationToken);
        foreach (var finding in findings)
        {
            meter.AuditEnded(finding.Rule.Name, finding.Broken.Count);
        }

        var overview = await mediator.Send(new PaymentsOverview.Query(Messages: 0), cancellationToken);
        meter.ExceptionsCounted("held_payment", overview.HeldPayments);
        meter.ExceptionsCounted("refund", overview.RefundsNeedingAttention);
        meter.ExceptionsCounted("difference", overview.OpenDifferences);
        meter.ExceptionsCounted("failed_day", overview.FailedDays);
        meter.ExceptionsCounted("silent_instance", (await mediator.Send(new ListSilentInstances.Query(), cancellationToken)).Count);
        meter.ExceptionsCounted("unknown_payment", overview.UnknownForLong);
        return findings.Count(finding => finding.Broken.Count > 0);
    }

    /// <summary>Closes the orders whose time is over.</summary>
    [DisplayName("Close expired orders")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> CloseOrdersAsync(CancellationToken cancellationToken) => RunAsync(new CloseOrders.Command(), cancellationToken);

    /// <summary>Deletes the inbox's messages whose time is over, and those that were not accepted beyond what is kept of them; and the records of calls to providers.</summary>
    [DisplayName("Forget old messages and calls")]
    [AutomaticRetry(Attempts = 0)]
    public async Task<int> ForgetMessagesAsync(CancellationToken cancellationToken) =>
        await RunAsync(new ForgetMessages.Command(), cancellationToken) + await RunAsync(new ForgetCalls.Command(), cancellationToken);

    /// <summary>Delivers the events that are due.</summary>
    [DisplayName("Dispatch events")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> DispatchEventsAsync(CancellationToken cancellationToken) => RunAsync(new DispatchEvents(), cancellationToken);

    /// <summary>Sends the webhooks that are due. A receiver that takes long is left to its lane, so that no worker waits for it.</summary>
    [DisplayName("Send webhooks")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> SendWebhooksAsync(CancellationToken cancellationToken) => RunAsync(new SendDeliveries.Command(TimeSpan.FromSeconds(1)), cancellationToken);

    /// <summary>Deletes the webhooks' deliveries whose time is over.</summary>
    [DisplayName("Forget old webhooks")]
    [AutomaticRetry(Attempts = 0)]
    public Task<int> ForgetWebhooksAsync(CancellationToken cancellationToken) => RunAsync(new ForgetDeliveries.Command(), cancellationToken);

    private async Task<int> RunAsync(IRequest<int> request, CancellationToken cancellationToken, [CallerMemberName] string job = "")
    {
        var sweep = JsonNamingPolicy.KebabCaseLower.ConvertName(job[..^"Async".Length]);
        try
        {
            var worked = await mediator.Send(request, cancellationToken);
            meter.SweepEnded(sweep, worked);
            return worked;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            meter.SweepFailed(sweep);
            throw;
        }
    }
}
