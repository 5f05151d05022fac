using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Modular.Kernel.Web;

/// <summary>Sends a browser to another address with GET (303), after a form as well as after a look.</summary>
public sealed class SeeOther(string location) : ActionResult
{
    public override void ExecuteResult(ActionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.HttpContext.Response.Headers.Location = location;
        context.HttpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
    }
}
