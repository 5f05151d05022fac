using MediatR;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>How payments came to be known as paid, by instance and day: the first sign that notifications do not arrive.</summary>
internal sealed class ConfirmationsPage(IMediator mediator) : OpsPageModel(mediator)
{
    // A close never brings money.
    public static IReadOnlyList<ReportSource> Sources { get; } = [ReportSource.Notify, ReportSource.Return, ReportSource.Poll, ReportSource.Bill, ReportSource.Person];

    public IReadOnlyList<ConfirmationDay> Days { get; private set; } = [];

    /// <summary>The instances whose notifications have stopped.</summary>
    public IReadOnlyList<string> Silent { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Days = await Mediator.Send(new CountConfirmations.Query(), cancellationToken);
        Silent = await Mediator.Send(new ListSilentInstances.Query(), cancellationToken);
    }
}
