using System.Diagnostics.CodeAnalysis;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel.Web;

namespace Modular.Web.Hosting;

/// <summary>Turns every failure below <c>/api</c> into problem+json with a stable code, and tells nothing of the inside.</summary>
internal sealed partial class ApiErrors(ILogger<ApiErrors> log) : IEndpointFilter
{
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "This is the edge: whatever failed, the caller gets one shape of answer.")]
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception e)
        {
            return Results.Problem(e switch
            {
                ApiProblemException problem => ApiProblem.Details(problem.Status, problem.Code, problem.Message),
                ValidationException invalid => ApiProblem.Details(invalid),
                BadHttpRequestException bad => ApiProblem.Details(bad.StatusCode, ApiProblem.CodeOf(bad.StatusCode), "The request cannot be read."),
                OperationCanceledException when context.HttpContext.RequestAborted.IsCancellationRequested => ApiProblem.Details(499, "request_aborted", "The caller went away."),
                _ => Unexpected(e, context.HttpContext),
            });
        }
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
                    413 => $"The body is larger than {ApiJson.MaxBodyBytes} bytes.",
                    _ => "The request cannot be answered.",
                };
                await ApiProblem.Of(status, ApiProblem.CodeOf(status), detail).ExecuteAsync(http);
            }
            else if (PlainPage.Has(http.Response.StatusCode) && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            {
                await PlainPage.WriteAsync(http);
            }
        });
}
