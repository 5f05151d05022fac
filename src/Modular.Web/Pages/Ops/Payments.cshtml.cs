using MediatR;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>The payments of which the last word is not spoken, oldest first.</summary>
internal sealed class PaymentsPage(IMediator mediator) : OpsPageModel(mediator)
{
    public IReadOnlyList<AttemptView> Payments { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => Payments = await Mediator.Send(new ListWaiting.Query(), cancellationToken);

    /// <summary>How a payment's, refund's or comparison's state is coloured.</summary>
    public static string Tone(string status) => status switch
    {
        "succeeded" or "done" => "good",
        "held" or "failed" => "bad",
        _ => "warm",
    };
}
