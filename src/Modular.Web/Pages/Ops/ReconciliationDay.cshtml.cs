using MediatR;
using Microsoft.AspNetCore.Mvc;
using Modular.Kernel;
using Modular.Kernel.Audit;
using Modular.Kernel.Web;
using Modular.Payments;

namespace Modular.Web.Pages;

/// <summary>
/// One day's comparison: its differences, what a person does about each, and all of it as a table for a spreadsheet. Whatever is sent twice is
/// done once.
/// </summary>
internal sealed class ReconciliationDayPage(IMediator mediator) : OpsPageModel(mediator)
{
    // What a spreadsheet still opens; a day with more differences has another problem than these.
    private const int MaxExported = 100_000;

    // What a browser shows without labour.
    private const int PageSize = 200;

    private static readonly string[] Head =
    [
        "id", "class", "payment_no", "refund_no", "provider_trade_no", "here_amount", "here_status", "here_at_utc", "there_amount", "there_status", "there_at_utc",
        "there_fee", "currency", "remedy", "note", "resolved_by",
    ];

    public ReconciliationView Day { get; private set; } = null!;

    /// <summary>What came of the action just done; null when there was none.</summary>
    public string? Result { get; private set; }

    /// <summary>The difference whose note is missing; null when none is.</summary>
    public long? LacksNote { get; private set; }

    /// <summary>Shows a page of the differences, or the one on which a difference stands.</summary>
    public async Task<IActionResult> OnGetAsync(
        string provider, string date, [FromQuery] string? result, [FromQuery(Name = "page")] int? number, [FromQuery] long? difference, CancellationToken cancellationToken)
    {
        if (!await FindAsync(new ShowReconciliation.Query(provider, date, PageSize, Math.Clamp(number ?? 1, 1, MaxExported), difference), cancellationToken))
        {
            return NotFound();
        }

        Result = Results.Contains(result) ? result : null;
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

        if (!await FindAsync(new ShowReconciliation.Query(provider, date, PageSize, Difference: difference), cancellationToken) || Day.Differences.All(it => it.Id != difference))
        {
            return NotFound();
        }

        var text = note?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            LacksNote = difference;
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Page();
        }

        var outcome = await Mediator.Send(new ResolveDifference.Command(difference, Operator, text), cancellationToken) ? "resolved" : "not_open";
        await RecordAsync(OperatorAction.DifferenceResolved, SubjectOf(difference), text, outcome);
        return Done(difference, outcome);
    }

    public Task<IActionResult> OnPostAskAsync(string provider, string date, [FromForm] long difference, CancellationToken cancellationToken) => ActAsync(
        new AskAboutDifference.Command(provider, date, difference, Actor), provider, date, difference, OperatorAction.DifferenceAsked, "ask", null, cancellationToken);

    public Task<IActionResult> OnPostGiveBackAsync(string provider, string date, [FromForm] long difference, CancellationToken cancellationToken) => ActAsync(
        new GiveBackForeign.Command(provider, date, difference, Actor), provider, date, difference, OperatorAction.ForeignGivenBack, "back", GiveBackForeign.Outcome.GivenBack, cancellationToken);

    public Task<IActionResult> OnPostBookAsync(string provider, string date, [FromForm] long difference, CancellationToken cancellationToken) => ActAsync(
        new BookRefund.Command(provider, date, difference, Actor), provider, date, difference, OperatorAction.RefundBooked, "book", BookRefund.Outcome.Booked, cancellationToken);

    /// <summary>What an address may say came of an action; everything else is nonsense.</summary>
    private static readonly HashSet<string?> Results =
    [
        "resolved", "not_open", .. Enum.GetValues<AskAboutDifference.Outcome>().Select(it => $"ask_{it.ToText()}"),
        .. Enum.GetValues<GiveBackForeign.Outcome>().Select(it => $"back_{it.ToText()}"),
        .. Enum.GetValues<BookRefund.Outcome>().Select(it => $"book_{it.ToText()}"),
    ];

    /// <summary>Whether the provider can be asked about the difference's payment, and its answer be applied.</summary>
    public static bool MayBeAsked(DifferenceView it) => it.Class is "state" or "missing_there";

    /// <summary>Where the difference is decided, in words of <c>difference.to.{word}</c>; null when it is nowhere but here.</summary>
    public static (string Word, string Address)? PlaceOf(DifferenceView it) => it switch
    {
        { Class: "refund", RefundNo: { } refundNo, Here: not null } => ("refund", $"/ops/refunds/{refundNo}"),
        { Class: "amount" or "state" or "refund" or "missing_there", PaymentNo: { } paymentNo } => ("order", $"/ops/search?q={Uri.EscapeDataString(paymentNo)}"),
        _ => null,
    };

    /// <summary>Does what an operator wants of a difference, and writes it down.</summary>
    /// <param name="recorded">The outcome that the act writes down itself, in its own commit.</param>
    private async Task<IActionResult> ActAsync<TOutcome>(
        IRequest<TOutcome> act, string provider, string date, long difference, string what, string word, TOutcome? recorded, CancellationToken cancellationToken)
        where TOutcome : struct, Enum
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(act, cancellationToken);
        var text = outcome.ToText();
        if (text == "not_found" || !await FindAsync(new ShowReconciliation.Query(provider, date, PageSize, Difference: difference), cancellationToken))
        {
            return NotFound();
        }

        if (!outcome.Equals(recorded))
        {
            await RecordAsync(what, SubjectOf(difference), null, text);
        }

        return Done(difference, $"{word}_{text}");
    }

    private async Task<bool> FindAsync(ShowReconciliation.Query query, CancellationToken cancellationToken)
    {
        if (await Mediator.Send(query, cancellationToken) is not { } day)
        {
            return false;
        }

        Day = day;
        return true;
    }

    private string SubjectOf(long difference) => $"{Day.Provider}/{Day.Date}#{difference}";

    private SeeOther Done(long difference, string result) => new($"/ops/reconciliation/{Day.Provider}/{Day.Date}?result={result}&difference={difference}#d{difference}");

    private static string?[] Row(DifferenceView it) =>
    [
        $"{it.Id}", it.Class, it.PaymentNo, it.RefundNo, it.ProviderTradeNo,
        it.Here?.Amount.ToDecimalString(), it.Here?.Status, Iso(it.Here?.At),
        it.There?.Amount.ToDecimalString(), it.There?.Status, Iso(it.There?.At), it.There?.Fee is { } fee ? fee.ToDecimalString() : null,
        (it.Here ?? it.There)?.Amount.Currency, it.Remedy, it.Note, it.ResolvedBy,
    ];

    private static string? Iso(DateTimeOffset? moment) => moment is { } at ? Shown.Iso(at) : null;
}
