using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>The refunds: under way, needing a person, waiting for a second operator, or all.</summary>
internal sealed class RefundsPage(IMediator mediator) : OpsPageModel(mediator)
{
    public RefundFilter Filter { get; private set; }

    public ListRefundWork.Page Found { get; private set; } = null!;

    public async Task OnGetAsync([FromQuery] string? show, [FromQuery] string? before, CancellationToken cancellationToken)
    {
        Filter = EnumText<RefundFilter>.TryParse(show, out var filter) ? filter : RefundFilter.Open;
        Found = await Mediator.Send(new ListRefundWork.Query(Filter, Numbers.IsWellFormed(before) ? before : null), cancellationToken);
    }
}
