using System.Globalization;
using System.Runtime.CompilerServices;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// The account's log of a day (<c>account.page.query</c>), which is this gateway's bill: everything that moved money, page by page. The end of the
/// time asked for is not part of it.
/// </summary>
internal sealed class AccountLog(AlipayDirectSettings settings, HttpClient http, TimeProvider time)
{
    public const string Service = "account.page.query";

    // With five thousand rows a page ten million movements of one day; whatever says that it goes on is broken.
    private const int MaxPages = 2000;

    private readonly Gateway gateway = new(settings, http);

    public async Task<StatementAnswer> FetchAsync(DateOnly day, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < BeijingTime.Start(day.AddDays(1)))
        {
            return new StatementAnswer.NotReady($"The day {day:yyyy-MM-dd} is not over yet (+08:00).");
        }

        var (first, problem) = await PageAsync(day, 1, cancellationToken);
        return first is null ? new StatementAnswer.Unknown(problem!)
            : first.Rows.Count == 0 && !first.HasNext ? new StatementAnswer.Empty()
            // Whoever reads the lines brings a token; this one is for asking.
            : new StatementAnswer.Ready(LinesAsync(first, day, CancellationToken.None));
    }

    private async IAsyncEnumerable<StatementLine> LinesAsync(AccountPage first, DateOnly day, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = new AccountRows(day);
        var page = first;
        for (var no = 1; ; no++)
        {
            foreach (var line in rows.Take(page))
            {
                yield return line;
            }

            if (!page.HasNext)
            {
                break;
            }

            if (no == MaxPages)
            {
                throw new StatementException($"The account's log of the day has more than {MaxPages} pages.");
            }

            var (next, problem) = await PageAsync(day, no + 1, cancellationToken);
            page = next ?? throw new StatementException($"Page {no + 1} of the account's log could not be read. {problem}");
        }

        foreach (var line in rows.Finish())
        {
            yield return line;
        }
    }

    private async Task<(AccountPage? Page, string? Problem)> PageAsync(DateOnly day, int pageNo, CancellationToken cancellationToken)
    {
        var number = pageNo.ToString(CultureInfo.InvariantCulture);
        var (body, problem) = await gateway.FetchAsync(
            Service,
            [("page_no", number), ("gmt_start_time", BeijingTime.Write(BeijingTime.Start(day))), ("gmt_end_time", BeijingTime.Write(BeijingTime.Start(day.AddDays(1))))],
            AccountPage.MaxBytes,
            cancellationToken);
        if (problem is not null)
        {
            return (null, problem);
        }

        if (AccountPage.Read(body.Span, settings.Signer, out problem) is not { } page)
        {
            return (null, $"Alipay's answer {problem}.");
        }

        return !page.IsSuccess ? (null, Answers.Complaint(page.Error))
            : page.PageNo is { } said && said != number ? (null, "Alipay's answer is another page than was asked for.")
            : (page, null);
    }
}
