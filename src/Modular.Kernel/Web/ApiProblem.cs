using FluentValidation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Modular.Kernel.Web;

/// <summary>Thrown where a request cannot be answered as asked; it becomes one <c>application/problem+json</c> answer at the edge.</summary>
public sealed class ApiProblemException(int status, string code, string detail) : Exception(detail)
{
    public int Status => status;

    public string Code => code;
}

/// <summary>Makes the problem answers of the JSON API: every one has a stable <c>code</c> and a sentence that says what to do.</summary>
public static class ApiProblem
{
    public static IResult Of(int status, string code, string detail) => Results.Problem(Details(status, code, detail));

    /// <summary>An answer that asks the caller to try again after some seconds.</summary>
    public static IResult RetryLater(HttpContext context, string code, string detail, int retryAfterSeconds = 5)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Of(StatusCodes.Status503ServiceUnavailable, code, detail);
    }

    public static ProblemDetails Details(int status, string code, string detail)
    {
        var problem = new ProblemDetails { Status = status, Title = Title(status), Detail = detail };
        problem.Extensions["code"] = code;
        return problem;
    }

    public static ProblemDetails Details(ValidationException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var errors = exception.Errors.Select(e => new { field = Camel(e.PropertyName), code = Code(e.ErrorCode), message = e.ErrorMessage }).ToArray();
        var problem = Details(
            StatusCodes.Status400BadRequest, "validation_failed", string.Join(" ", errors.Select(e => e.message).Distinct()));
        problem.Extensions["errors"] = errors;
        return problem;
    }

    /// <summary>The code of a plain HTTP error that no slice produced.</summary>
    public static string CodeOf(int status) => status switch
    {
        400 => "bad_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        405 => "method_not_allowed",
        413 => "body_too_large",
        415 => "unsupported_media_type",
        429 => "too_many_requests",
        503 => "unavailable",
        _ => status >= 500 ? "internal_error" : "request_failed",
    };

    private static string Title(int status) => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);

    private static string Code(string errorCode) => errorCode.EndsWith("Validator", StringComparison.Ordinal) ? "invalid" : errorCode;

    private static string Camel(string path) =>
        string.Join('.', path.Split('.').Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName));
}
