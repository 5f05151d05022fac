using System.Globalization;
using System.Text.Json;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Modular.Kernel.Web;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>The JSON API of statements.</summary>
internal static class ReconciliationApi
{
    // More pages than the differences of a day can fill.
    private const int MaxPage = 1000;

    private sealed record RequestBody(string? Provider, string? Date);

    private sealed record Amount(long Value, string Currency)
    {
        public static Amount? Of(Money? money) => money is { } m ? new Amount(m.Minor, m.Currency) : null;
    }

    private sealed record SideBody(Amount Amount, string? Status, DateTimeOffset? At, Amount? Fee)
    {
        public static SideBody? Of(DifferenceSide? side) => side is null ? null : new SideBody(Amount.Of(side.Amount)!, side.Status, side.At, Amount.Of(side.Fee));
    }

    private sealed record DifferenceBody(
        string Class, string? PaymentNo, string? RefundNo, string? ProviderTradeNo, SideBody? Here, SideBody? There, string Remedy, string? Note);

    private sealed record Body(
        string Provider, string Date, string Status, string? Error, long Lines, long Matched, Amount Fees, IReadOnlyDictionary<string, long> Counts,
        IReadOnlyList<DifferenceBody> Differences, int? NextPage);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/reconciliations", RequestAsync)
            .WithName("RequestReconciliation").WithSummary("Compares a provider's bill of one day with the payments and refunds here.")
            .Accepts<RequestBody>("application/json").Produces(202).ProducesProblem(400).ProducesProblem(401).ProducesProblem(409);
        api.MapGet("/reconciliations/{provider}/{date}", ShowAsync)
            .WithName("ShowReconciliation").WithSummary("Shows the comparison of one day; 1,000 differences to a page, those that are open first.")
            .Produces<Body>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(404);
    }

    private static async Task<IResult> RequestAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var (body, _) = await ApiJson.ReadAsync<RequestBody>(context.Request, cancellationToken);
        switch (await mediator.Send(new RequestReconciliation.Command(body.Provider, body.Date), cancellationToken))
        {
            case RequestReconciliation.Outcome.Queued queued:
                var location = $"/api/reconciliations/{queued.Provider}/{queued.Date}";
                context.Response.Headers.Location = location;
                return await mediator.Send(new ShowReconciliation.Query(queued.Provider, queued.Date), cancellationToken) is { } view
                    ? Results.Json(BodyOf(view), ApiJson.Options, statusCode: StatusCodes.Status202Accepted)
                    : Results.StatusCode(StatusCodes.Status202Accepted);
            case RequestReconciliation.Outcome.Refused refused:
                return ApiProblem.Of(refused.Status, refused.Code, refused.Detail);
            default:
                throw new InvalidOperationException("There is no answer for this outcome.");
        }
    }

    private static async Task<IResult> ShowAsync(string provider, string date, string? page, IMediator mediator, CancellationToken cancellationToken)
    {
        var number = 1;
        if (page is not null && (!int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number is < 1 or > MaxPage))
        {
            return ApiProblem.Of(400, "invalid_page", $"page is a whole number from 1 to {MaxPage}; nextPage names the next one.");
        }

        return await mediator.Send(new ShowReconciliation.Query(provider, date, Page: number), cancellationToken) is { } view
            ? Results.Json(BodyOf(view), ApiJson.Options)
            : ApiProblem.Of(404, "reconciliation_not_found", "This day of this provider was not compared; ask for it with POST /api/reconciliations.");
    }

    private static Body BodyOf(ReconciliationView view) => new(
        view.Provider, view.Date, view.Status, view.Error, view.Lines, view.Matched, Amount.Of(view.Fees)!,
        JsonSerializer.Deserialize<Dictionary<string, long>>(view.Counts)!,
        [.. view.Differences.Select(difference => new DifferenceBody(
            difference.Class, difference.PaymentNo, difference.RefundNo, difference.ProviderTradeNo, SideBody.Of(difference.Here), SideBody.Of(difference.There),
            difference.Remedy, difference.Note))],
        view.NextPage);
}
