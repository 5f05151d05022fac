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

    public async Task<IActionResult> OnPostAskAsync(string provider, string date, [FromForm] long difference, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(new AskAboutDifference.Command(provider, date, difference, Actor), cancellationToken);
        if (outcome == AskAboutDifference.Outcome.NotFound || !await FindAsync(new ShowReconciliation.Query(provider, date, PageSize, Difference: difference), cancellationToken))
        {
            return NotFound();
        }

        await RecordAsync(OperatorAction.DifferenceAsked, SubjectOf(difference), null, outcome.ToText());
        return Done(difference, $"ask_{outcome.ToText()}");
    }

    public async Task<IActionResult> OnPostGiveBackAsync(string provider, string date, [FromForm] long difference, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(new GiveBackForeign.Command(provider, date, difference, Actor), cancellationToken);
        if (outcome == GiveBackForeign.Outcome.NotFound || !await FindAsync(new ShowReconciliation.Query(provider, date, PageSize, Difference: difference), cancellationToken))
        {
            return NotFound();
        }

        // What books it is written down in the commit that does.
        if (outcome != GiveBackForeign.Outcome.GivenBack)
        {
            await RecordAsync(OperatorAction.ForeignGivenBack, SubjectOf(difference), null, outcome.ToText());
        }

        return Done(difference, $"back_{outcome.ToText()}");
    }

    public async Task<IActionResult> OnPostBookAsync(string provider, string date, [FromForm] long difference, CancellationToken cancellationToken)
    {
        if (!MayAct)
        {
            return Refused();
        }

        var outcome = await Mediator.Send(new BookRefund.Command(provider, date, difference, Actor), cancellationToken);
        if (outcome == BookRefund.Outcome.NotFound || !await FindAsync(new ShowReconciliation.Query(provider, date, PageSize, Difference: difference), cancellationToken))
        {
            return NotFound();
        }

        // What books it is written down in the commit that does.
        if (outcome != BookRefund.Outcome.Booked)
        {
            await RecordAsync(OperatorAction.RefundBooked, SubjectOf(difference), null, outcome.ToText());
        }

        return Done(difference, $"book_{outcome.ToText()}");
    }

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
