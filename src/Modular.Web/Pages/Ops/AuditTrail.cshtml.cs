using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel.Audit;

namespace Modular.Web.Pages;

/// <summary>The audit trail's search. What is asked stands in the address, so that a search can be sent to a colleague.</summary>
internal sealed class AuditTrailPage(IMediator mediator) : OpsPageModel(mediator)
{
    public string? Who { get; private set; }

    public string? What { get; private set; }

    public string? Subject { get; private set; }

    public ListActions.Page Found { get; private set; } = null!;

    public async Task OnGetAsync([FromQuery] string? who, [FromQuery] string? what, [FromQuery] string? subject, [FromQuery] long? before, CancellationToken cancellationToken)
    {
        Who = Short(who);
        What = OperatorAction.All.Contains(what) ? what : null;
        Subject = Short(subject);
        Found = await Mediator.Send(new ListActions.Query(Who, What, Subject is null ? null : [Subject], before), cancellationToken);
    }

    /// <summary>The address of this search, continued below <paramref name="before"/>.</summary>
    public string AddressOf(long before)
    {
        var parts = new Dictionary<string, string?>
        {
            ["who"] = Who, ["what"] = What, ["subject"] = Subject, ["before"] = before.ToString(CultureInfo.InvariantCulture),
        };
        return "/ops/audit-trail" + QueryString.Create(parts.Where(part => part.Value is not null));
    }

    private static string? Short(string? text) => text?.Trim() is { Length: > 0 and <= 128 } given ? given : null;
}
