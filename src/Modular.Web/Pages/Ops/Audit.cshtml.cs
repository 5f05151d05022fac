using MediatR;
using Modular.Kernel.Audit;

namespace Modular.Web.Pages;

/// <summary>Checks every promise of the stored rows when asked to. It only reads, so viewers may; it is a form all the same, because it reads a lot.</summary>
internal sealed class AuditPage(IMediator mediator) : OpsPageModel(mediator)
{
    /// <summary>What was found; null before it was asked for.</summary>
    public IReadOnlyList<AuditFinding>? Findings { get; private set; }

    public async Task OnPostAsync(CancellationToken cancellationToken) => Findings = await Mediator.Send(new RunAudit(), cancellationToken);
}
