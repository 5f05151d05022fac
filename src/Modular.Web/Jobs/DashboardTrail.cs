using MediatR;
using Modular.Kernel.Audit;
using Modular.Web.Security;

namespace Modular.Web.Jobs;

/// <summary>Writes down what operators do at Hangfire's dashboard, which keeps no record of who triggered or deleted a job.</summary>
internal static class DashboardTrail
{
    private static readonly PathString Dashboard = "/hangfire";

    public static void UseDashboardTrail(this WebApplication app) => app.Use(async (context, next) =>
    {
        await next(context);

        // The page asks for its figures with POST as well, every other second.
        if (HttpMethods.IsPost(context.Request.Method) && context.Request.Path.StartsWithSegments(Dashboard, out var action) && action != "/stats"
            && context.Response.StatusCode < StatusCodes.Status300MultipleChoices && context.User.IsInRole(Operators.Operator))
        {
            await RecordAsync(context, action.Value!.Trim('/'));
        }
    });

    private static async Task RecordAsync(HttpContext context, string action)
    {
        // The dashboard has read the form already, so this reads what the request remembers.
        var jobs = context.Request.HasFormContentType ? (await context.Request.ReadFormAsync(CancellationToken.None))["jobs[]"] : default;
        var subject = jobs.Count > 0 ? string.Join(' ', jobs!) : action[(action.LastIndexOf('/') + 1)..];
        var mediator = context.RequestServices.GetRequiredService<IMediator>();
        await mediator.Send(new RecordAction(new Actor(context.User.Identity!.Name!, Operators.Operator), OperatorAction.JobsCommanded, subject, action, "done"), CancellationToken.None);
    }
}
