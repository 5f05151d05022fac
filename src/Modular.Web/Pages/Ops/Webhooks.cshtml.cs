using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Web;
using Modular.Webhooks;

namespace Modular.Web.Pages;

/// <summary>The endpoints of outgoing webhooks and their deliveries. What is asked stands in the address.</summary>
internal sealed class WebhooksPage(IMediator mediator) : OpsPageModel(mediator)
{
    public static IReadOnlyList<string> Statuses { get; } = ["pending", "delivered", "given_up"];

    public IReadOnlyList<ListEndpoints.View> Endpoints { get; private set; } = [];

    public ListDeliveries.Page Found { get; private set; } = null!;

    public string? Endpoint { get; private set; }

    public string? Status { get; private set; }

    public string? OrderNo { get; private set; }

    /// <summary>What pausing or resuming came to; null when neither has just been.</summary>
    public string? Result { get; private set; }

    public async Task OnGetAsync(string? endpoint, string? status, string? orderNo, long? before, string? result, CancellationToken cancellationToken)
    {
        Endpoints = await Mediator.Send(new ListEndpoints.Query(), cancellationToken);
        Endpoint = Endpoints.Any(known => known.Name == endpoint) ? endpoint : null;
        Status = Statuses.Contains(status) ? status : null;
        OrderNo = orderNo?.Trim() is { Length: > 0 and <= 64 } text ? text : null;
        Found = await Mediator.Send(new ListDeliveries.Query(Endpoint, Status, OrderNo, before), cancellationToken);
        Result = EnumText<PauseEndpoint.Outcome>.TryParse(result, out _) ? result : null;
    }

    public Task<IActionResult> OnPostPauseAsync(string? endpoint, CancellationToken cancellationToken) => ActAsync(endpoint, pause: true, cancellationToken);

    public Task<IActionResult> OnPostResumeAsync(string? endpoint, CancellationToken cancellationToken) => ActAsync(endpoint, pause: false, cancellationToken);

    /// <summary>The address of this search, continued below <paramref name="before"/>.</summary>
    public string AddressOf(long before)
    {
        var parts = new Dictionary<string, string?>
        {
            ["endpoint"] = Endpoint, ["status"] = Status, ["orderNo"] = OrderNo, ["before"] = before.ToString(CultureInfo.InvariantCulture),
        };
        return "/ops/webhooks" + QueryString.Create(parts.Where(part => part.Value is not null));
    }

    /// <summary>The state of an endpoint in one word.</summary>
    public static string StateOf(ListEndpoints.View endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return !endpoint.IsConfigured ? "removed" : endpoint.Problem is not null ? "broken" : endpoint.PausedAt is not null ? "paused" : "active";
    }

    /// <summary>How a delivery's status is coloured.</summary>
    public static string Tone(string status) => status switch
    {
        "delivered" => "good",
        "given_up" => "bad",
        _ => "warm",
    };

    private async Task<IActionResult> ActAsync(string? endpoint, bool pause, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(new PauseEndpoint.Command(endpoint ?? "", Operator, pause), cancellationToken);
        if (outcome == PauseEndpoint.Outcome.NotFound)
        {
            return NotFound();
        }

        await RecordAsync(pause ? OperatorAction.WebhookPaused : OperatorAction.WebhookResumed, endpoint!, null, outcome.ToText());
        return new SeeOther($"/ops/webhooks?result={outcome.ToText()}");
    }
}
