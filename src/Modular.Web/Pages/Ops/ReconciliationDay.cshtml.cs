using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel.Audit;
using Modular.Kernel.Web;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>One day's comparison: its differences, the note with which each is resolved, and all of it as a table for a spreadsheet.</summary>
internal sealed class ReconciliationDayPage(IMediator mediator) : OpsPageModel(mediator)
{
    // What a spreadsheet still opens; a day with more differences has another problem than these.
    private const int MaxExported = 100_000;

    private static readonly string[] Head =
    [
        "id", "class", "payment_no", "refund_no", "provider_trade_no", "here_amount", "here_status", "here_at_utc", "there_amount", "there_status", "there_at_utc",
        "there_fee", "currency", "remedy", "note", "resolved_by",
    ];

    public ReconciliationView Day { get; private set; } = null!;

    /// <summary>What came of resolving; null when nothing was just resolved.</summary>
    public string? Result { get; private set; }

    public async Task<IActionResult> OnGetAsync(string provider, string date, [FromQuery] string? result, CancellationToken cancellationToken)
    {
        if (await Mediator.Send(new ShowReconciliation.Query(provider, date), cancellationToken) is not { } day)
        {
            return NotFound();
        }

        Day = day;
        Result = result is "resolved" or "not_open" ? result : null;
        return Page();
    }

    public async Task<IActionResult> OnGetCsvAsync(string provider, string date, CancellationToken cancellationToken) =>
        await Mediator.Send(new ShowReconciliation.Query(provider, date, MaxExported), cancellationToken) is { } day
            ? File(SafeCsv.Write([Head, .. day.Differences.Select(Row)]), SafeCsv.ContentType, $"differences-{day.Provider}-{day.Date}.csv")
            : NotFound();

    public async Task<IActionResult> OnPostAsync(string provider, string date, [FromForm] long difference, [FromForm] string? note, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        if (await Mediator.Send(new ShowReconciliation.Query(provider, date, MaxExported), cancellationToken) is not { } day || day.Differences.All(it => it.Id != difference))
        {
            return NotFound();
        }

        var text = note?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return BadRequest();
        }

        var outcome = await Mediator.Send(new ResolveDifference.Command(difference, Operator, text), cancellationToken) ? "resolved" : "not_open";
        await RecordAsync(OperatorAction.DifferenceResolved, $"{day.Provider}/{day.Date}#{difference}", text, outcome);
        return new SeeOther($"/ops/reconciliation/{day.Provider}/{day.Date}?result={outcome}#d{difference}");
    }

    private static string?[] Row(DifferenceView it) =>
    [
        $"{it.Id}", it.Class, it.PaymentNo, it.RefundNo, it.ProviderTradeNo,
        it.Here?.Amount.ToDecimalString(), it.Here?.Status, Iso(it.Here?.At),
        it.There?.Amount.ToDecimalString(), it.There?.Status, Iso(it.There?.At), it.There?.Fee is { } fee ? fee.ToDecimalString() : null,
        (it.Here ?? it.There)?.Amount.Currency, it.Remedy, it.Note, it.ResolvedBy,
    ];

    private static string? Iso(DateTimeOffset? moment) => moment is { } at ? Shown.Iso(at) : null;
}
