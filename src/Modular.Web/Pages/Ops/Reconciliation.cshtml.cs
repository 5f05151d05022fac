using System.Text.Json;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel.Audit;
using Modular.Kernel.Web;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>The days whose bills were compared or wait for it. Asking for a day twice changes nothing.</summary>
internal sealed class ReconciliationPage(IMediator mediator) : OpsPageModel(mediator)
{
    public IReadOnlyList<ReconciliationView> Days { get; private set; } = [];

    public IReadOnlyList<ProviderView> Providers { get; private set; } = [];

    /// <summary>The text that says why the day asked for cannot be compared.</summary>
    public string? ProblemText { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostAsync([FromForm] string? provider, [FromForm] string? date, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        switch (await Mediator.Send(new RequestReconciliation.Command(provider, date), cancellationToken))
        {
            case RequestReconciliation.Outcome.Queued queued:
                await RecordAsync(OperatorAction.ReconciliationRequested, $"{queued.Provider}/{queued.Date}", null, "queued");
                return new SeeOther($"/ops/reconciliation/{queued.Provider}/{queued.Date}");
            case RequestReconciliation.Outcome.Refused refused:
                await RecordAsync(OperatorAction.ReconciliationRequested, $"{provider}/{date}", null, refused.Code);
                ProblemText = $"refusal.{refused.Code}";
                Response.StatusCode = StatusCodes.Status400BadRequest;
                break;
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    /// <summary>The differences of a day by class.</summary>
    public static IReadOnlyDictionary<string, long> Counts(ReconciliationView day) => JsonSerializer.Deserialize<SortedDictionary<string, long>>(day.Counts)!;

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Days = await Mediator.Send(new ListReconciliations.Query(), cancellationToken);
        Providers = await Mediator.Send(new ListProviders(), cancellationToken);
    }
}
