using System.Text;
using MediatR;
using Modular.Payments.Abstractions.Doctor;

namespace Modular.Payments;

/// <summary>
/// Says why the signature of a request is not right that somebody has pasted into a page. Browsers make CRLF of every line end, and
/// a line end after the body is the paster's more often than the sender's; each way in which the body may have come is examined, and what
/// is right in any of them is right. Nothing is stored and nothing changes.
/// </summary>
public static class DiagnosePasted
{
    /// <param name="Provider">The instance that the request was sent to.</param>
    /// <param name="Text">The raw HTTP request: request line, headers, an empty line, the body.</param>
    public sealed record Query(string Provider, string Text) : IRequest<DiagnoseRequest.Outcome>;

    internal sealed class Handler(SignatureDoctor doctor) : RequestHandler<Query, DiagnoseRequest.Outcome>
    {
        protected override DiagnoseRequest.Outcome Handle(Query request)
        {
            DiagnoseRequest.Outcome? found = null;
            var bodies = new HashSet<string>(StringComparer.Ordinal);
            foreach (var text in Readings(request.Text))
            {
                if (CapturedRequest.Read(Encoding.UTF8.GetBytes(text), out var problem) is not { } captured)
                {
                    return new DiagnoseRequest.Outcome.NoRequest(problem!);
                }

                if (!bodies.Add(ByteText.Of(captured.Request.Body.Span)))
                {
                    continue;
                }

                var outcome = DiagnoseRequest.Answer(doctor.Examine(request.Provider, captured));
                if (outcome is not DiagnoseRequest.Outcome.Examined { Diagnosis.IsValid: false })
                {
                    return outcome;
                }

                found = found is null || (Explains(outcome) && !Explains(found)) ? outcome : found;
            }

            return found!;
        }

        private static IEnumerable<string> Readings(string pasted)
        {
            var lines = pasted.ReplaceLineEndings("\n");
            foreach (var text in (string[])[lines.TrimEnd('\n'), lines])
            {
                yield return text;
                yield return text.ReplaceLineEndings("\r\n");
            }
        }

        private static bool Explains(DiagnoseRequest.Outcome outcome) =>
            outcome is DiagnoseRequest.Outcome.Examined { Diagnosis.Cause: { } cause } && cause != Causes.BodyNewlines;
    }
}
