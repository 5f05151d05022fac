using System.Buffers.Text;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Modular.Kernel.Web;
using Modular.Payments.Abstractions.Doctor;

namespace Modular.Payments;

/// <summary>Says why a kept request's signature is not right, for the JSON API. Nothing is stored and nothing changes.</summary>
public static class DiagnoseRequest
{
    /// <param name="Provider">The instance that the request was sent to.</param>
    /// <param name="Request">The raw HTTP request: request line, headers, an empty line, the body.</param>
    public sealed record Query(string Provider, ReadOnlyMemory<byte> Request) : IRequest<Outcome>;

    public abstract record Outcome
    {
        private Outcome()
        {
        }

        public sealed record Examined(Diagnosis Diagnosis) : Outcome;

        public sealed record UnknownProvider : Outcome;

        public sealed record Unable(string Detail) : Outcome;

        /// <summary>The bytes are no HTTP request.</summary>
        public sealed record NoRequest(string Detail) : Outcome;
    }

    internal sealed class Handler(SignatureDoctor doctor) : RequestHandler<Query, Outcome>
    {
        protected override Outcome Handle(Query request) =>
            CapturedRequest.Read(request.Request.Span, out var problem) is not { } captured
                ? new Outcome.NoRequest(problem!)
                : Answer(doctor.Examine(request.Provider, captured));
    }

    internal static Outcome Answer(SignatureDoctor.Outcome outcome) => outcome switch
    {
        SignatureDoctor.Outcome.Examined examined => new Outcome.Examined(examined.Diagnosis),
        SignatureDoctor.Outcome.UnknownInstance => new Outcome.UnknownProvider(),
        SignatureDoctor.Outcome.Unable unable => new Outcome.Unable(unable.Detail),
        var other => throw new InvalidOperationException($"There is no answer for {other.GetType().Name}."),
    };
}

/// <summary><c>POST /api/diagnoses</c>.</summary>
internal static class DiagnosesApi
{
    private sealed record RequestBody(string? Provider, string? Request);

    private sealed record DiagnosisBody(string Verdict, string? Cause, string Sentence, string Canonical, string Key);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/diagnoses", DiagnoseAsync)
            .WithName("DiagnoseRequest").WithSummary("Says why a captured request's signature is not right.")
            .Accepts<RequestBody>("application/json").Produces<DiagnosisBody>()
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(404).ProducesProblem(409);

    private static async Task<IResult> DiagnoseAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var (body, _) = await ApiJson.ReadAsync<RequestBody>(context.Request, cancellationToken);
        if (string.IsNullOrEmpty(body.Provider) || string.IsNullOrEmpty(body.Request) || !Base64.IsValid(body.Request))
        {
            return ApiProblem.Of(400, "invalid_request", "Send provider, the instance's name, and request, the raw HTTP request in Base64.");
        }

        return await mediator.Send(new DiagnoseRequest.Query(body.Provider, Convert.FromBase64String(body.Request)), cancellationToken) switch
        {
            DiagnoseRequest.Outcome.Examined { Diagnosis: var d } => Results.Json(new DiagnosisBody(d.IsValid ? "valid" : "refused", d.Cause, d.Sentence, d.Canonical, d.Key), ApiJson.Options),
            DiagnoseRequest.Outcome.UnknownProvider => ApiProblem.Of(404, "provider_not_found", "There is no provider instance with this name."),
            DiagnoseRequest.Outcome.Unable unable => ApiProblem.Of(409, "diagnosis_unavailable", unable.Detail),
            DiagnoseRequest.Outcome.NoRequest none => ApiProblem.Of(400, "invalid_request", none.Detail),
            var outcome => throw new InvalidOperationException($"There is no answer for {outcome.GetType().Name}."),
        };
    }
}
