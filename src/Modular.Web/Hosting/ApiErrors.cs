using FluentValidation;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel.Web;

namespace Modular.Web.Hosting;

/// <summary>Turns every failure below <c>/api</c> into problem+json with a stable code, and tells nothing of the inside.</summary>
internal sealed partial class ApiErrors(ILogger<ApiErrors> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!httpContext.Request.Path.StartsWithSegments("/api"))
        {
            return false;
        }

        var problem = exception switch
        {
            ApiProblemException e => ApiProblem.Details(e.Status, e.Code, e.Message),
            ValidationException e => ApiProblem.Details(e),
            BadHttpRequestException e => ApiProblem.Details(e.StatusCode, ApiProblem.CodeOf(e.StatusCode), "The request cannot be read."),
            OperationCanceledException when httpContext.RequestAborted.IsCancellationRequested => ApiProblem.Details(499, "request_aborted", "The caller went away."),
            _ => Unexpected(exception, httpContext),
        };
        httpContext.Response.StatusCode = problem.Status!.Value;
        await Results.Problem(problem).ExecuteAsync(httpContext);
        return true;
    }

    private ProblemDetails Unexpected(Exception exception, HttpContext context)
    {
        LogUnexpected(exception, context.Request.Method, context.Request.Path);
        return ApiProblem.Details(500, "internal_error", "Something went wrong here; the request may be sent again with the same Idempotency-Key.");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogUnexpected(Exception exception, string method, string path);
}

internal static class ApiStatusProblems
{
    /// <summary>Gives the framework's own empty errors below <c>/api</c> (401, 405, …) the same shape.</summary>
    public static void UseApiStatusProblems(this WebApplication app) =>
        app.UseStatusCodePages(async context =>
        {
            var http = context.HttpContext;
            if (http.Request.Path.StartsWithSegments("/api"))
            {
                var status = http.Response.StatusCode;
                var detail = status switch
                {
                    401 => "Send a key of Modular:Api:Keys as 'Authorization: Bearer <key>'.",
                    405 => "This address does not take the method.",
                    404 => "There is nothing at this address.",
                    _ => "The request cannot be answered.",
                };
                await ApiProblem.Of(status, ApiProblem.CodeOf(status), detail).ExecuteAsync(http);
            }
            else if (http.Response.StatusCode == 404 && HttpMethods.IsGet(http.Request.Method) && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            {
                await NotFoundPage.WriteAsync(http);
            }
        });
}
