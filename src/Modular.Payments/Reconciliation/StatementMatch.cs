using System.Text.Json.Nodes;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>The other instances whose trades the same bill lists, because they are of the same merchant.</summary>
/// <param name="Names">Their names.</param>
/// <param name="ReportsTheirs">Whether this instance reports the lines that belong to none of them.</param>
internal sealed record Siblings(IReadOnlyList<string> Names, bool ReportsTheirs)
{
    /// <summary>An instance whose plugin is out of service does not say whose it is, and may be one.</summary>
    public static Siblings Of(string provider, ProviderCatalogue providers)
    {
        var merchant = providers.Find(provider)!.Account.Merchant;
        var others = providers.Instances.Where(other => other.Name != provider && merchant is not null && (!other.InService || other.Account.Merchant == merchant)).ToArray();
        return new Siblings(
            [.. others.Select(other => other.Name)],
            !others.Any(other => other is { InService: true, HasStatements: true } && string.CompareOrdinal(other.Name, provider) < 0));
    }

    /// <summary>The names as the keys of a JSON object, see <see cref="SqlDialect.Among"/>.</summary>
    public string ToJson() => new JsonObject(Names.Select(name => KeyValuePair.Create(name, (JsonNode?)1))).ToJsonString();
}

/// <summary>
/// Compares the staged lines of a bill with our records, in both directions, inside the database: the number of statements does
/// not depend on the number of lines. A line is looked up by its number whatever its day, so that a payment of 23:59:59 that the
/// provider books on the next day matches; what we have and no bill has yet is only called missing once the next bill could no
/// longer hold it.
/// </summary>
internal sealed class StatementMatch(ModularDbContext db, Reconciliation reconciliation, StatementStage stage, Siblings siblings, DateTimeOffset now)
{
    // Around midnight the provider's clock and ours may name different days.
    private static readonly TimeSpan Midnight = TimeSpan.FromMinutes(10);

    // Differences of one day that are listed one by one; beyond this the counts alone tell.
    private const int MaxListed = 10_000;

    private const string Odd = "payments_statement_odd";

    private readonly SqlDialect dialect = db.Dialect;

    // What we have and the bill does not, of this run.
    private long missingPayments;
    private long missingRefunds;

    /// <summary>Compares, lists the differences, and books the fees. One transaction.</summary>
    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        foreach (var statement in (string[])[dialect.ByLargeJoins + CreateOdd, FindOdd, dialect.Prepare(Odd, "line_no")])
        {
            await RunAsync(statement, cancellationToken);
        }

        if (siblings.Names.Count > 0 && await RunAsync(LeaveOthers, cancellationToken) > 0)
        {
            await stage.RecountAsync(cancellationToken);
        }

        string[] lines = [Duplicates, Payments, Refunds, dialect.Index(StatementStage.Table, "line_no", "result IS NOT NULL")];
        foreach (var statement in lines)
        {
            await RunAsync(statement, cancellationToken);
        }

        await CountMissingAsync(cancellationToken);
        string[] results =
        [
            ListLines, ListMissingPayments, ListMissingRefunds, FoundElsewhere, BillPayments, BillRefunds, BookForeign, FeeDifferences, BookFees, $"DROP TABLE {dialect.Temporary}.{Odd}",
        ];
        foreach (var statement in results)
        {
            await RunAsync(statement, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Forgets differences of earlier runs that this one did not find again and that nobody has dealt with.</summary>
    public Task ForgetStaleAsync(CancellationToken cancellationToken) => RunAsync(
        "DELETE FROM payments_differences WHERE reconciliation_id = @id AND remedy = 'open' AND run < @run", cancellationToken);

    // --- What each line is ---

    // What is not plainly a payment of the day and its line: lines without such a payment, payments without a line, and pairs
    // that do not agree or that another day's comparison might call missing. The day's payments are read once for all of it;
    // few are odd, and those are looked up one by one.
    private string CreateOdd => $"CREATE TABLE {dialect.Temporary}.{Odd} (line_no bigint, payment_no text NOT NULL)";

    private const string FindOdd =
        $"""
        INSERT INTO {Odd} (line_no, payment_no)
        SELECT l.line_no, COALESCE(l.payment_no, p.payment_no)
        FROM (SELECT line_no, payment_no, amount_minor, currency FROM payments_statement_lines WHERE kind = 'payment') AS l
        FULL JOIN (SELECT payment_no, received_minor, currency, paid_at FROM payments_payments
                   WHERE provider = @provider AND received_minor IS NOT NULL AND paid_at >= @from AND paid_at < @to) AS p ON p.payment_no = l.payment_no
        WHERE l.line_no IS NULL OR p.payment_no IS NULL OR p.received_minor <> l.amount_minor OR p.currency <> l.currency OR p.paid_at < @start
        """;

    // A merchant's bill lists the trades of all of the merchant's instances. Each keeps its own, and what is nobody's is the
    // first one's to report, or it would be booked as often as there are instances.
    private string LeaveOthers =>
        $"""
        DELETE FROM payments_statement_lines WHERE line_no IN (
            SELECT l.line_no FROM payments_statement_lines l
            LEFT JOIN payments_payments p ON p.payment_no = l.payment_no
            WHERE (l.kind = 'refund' OR l.line_no IN (SELECT o.line_no FROM {Odd} o WHERE o.line_no IS NOT NULL))
              AND ({dialect.Among("p.provider", "@siblings")}{(siblings.ReportsTheirs ? "" : " OR p.id IS NULL")}))
        """;

    // Only what differs is marked: on an ordinary day that is nothing.
    private const string Duplicates =
        """
        UPDATE payments_statement_lines SET result = 'duplicate'
        FROM (SELECT l.kind AS kind, l.payment_no AS payment_no, COALESCE(l.refund_no, l.provider_refund_no, '') AS refund_no, MIN(l.line_no) AS line_no
              FROM payments_statement_lines l WHERE l.kind = 'payment' OR COALESCE(l.refund_no, l.provider_refund_no) IS NOT NULL
              GROUP BY l.kind, l.payment_no, COALESCE(l.refund_no, l.provider_refund_no, '') HAVING COUNT(*) > 1) AS d
        WHERE payments_statement_lines.payment_no = d.payment_no
          AND payments_statement_lines.kind = d.kind AND payments_statement_lines.line_no > d.line_no
          AND COALESCE(payments_statement_lines.refund_no, payments_statement_lines.provider_refund_no, '') = d.refund_no
        """;

    // Money that is held because nobody said how much it is waits for just what the bill says.
    private const string Payments =
        $"""
        UPDATE payments_statement_lines SET result = f.result
        FROM (SELECT l.line_no AS line_no,
                     CASE WHEN p.id IS NULL THEN 'missing_here'
                          WHEN p.received_minor IS NULL AND (p.status IN ('pending', 'superseded', 'closed') OR p.status_reason = @no_sum) THEN 'state'
                          ELSE 'amount' END AS result
              FROM {Odd} o
              JOIN payments_statement_lines l ON l.line_no = o.line_no
              LEFT JOIN payments_payments p ON p.payment_no = l.payment_no AND p.provider = @provider
              WHERE l.result IS NULL AND (p.received_minor IS NULL OR p.received_minor <> l.amount_minor OR p.currency <> l.currency)) AS f
        WHERE payments_statement_lines.line_no = f.line_no
        """;

    // A refund that the bill lists before it is done is no difference; only its sum must be right. One that was made at the provider and booked
    // here because of its bill bears the number under which the bill lists it; where it lists none, the moment tells.
    private const string Refunds =
        """
        UPDATE payments_statement_lines SET result = 'refund'
        WHERE kind = 'refund' AND result IS NULL AND NOT EXISTS (
            SELECT 1 FROM payments_refunds r WHERE r.refund_no = payments_statement_lines.refund_no AND r.provider = @provider
              AND r.amount_minor = payments_statement_lines.amount_minor AND r.currency = payments_statement_lines.currency
              AND (r.status = 'succeeded' OR NOT payments_statement_lines.is_done))
          AND NOT EXISTS (
            SELECT 1 FROM payments_refunds b WHERE b.provider = @provider AND b.origin = 'console' AND b.payment_no = payments_statement_lines.payment_no
              AND (b.provider_refund_no = COALESCE(payments_statement_lines.refund_no, payments_statement_lines.provider_refund_no)
                   OR (b.provider_refund_no IS NULL AND payments_statement_lines.refund_no IS NULL AND payments_statement_lines.provider_refund_no IS NULL
                       AND b.refunded_at = payments_statement_lines.at))
              AND b.amount_minor = payments_statement_lines.amount_minor AND b.currency = payments_statement_lines.currency)
        """;

    // --- The list of differences ---

    private static string ListLines => Insert(
        $"""
        SELECT @id, l.result,
               CASE WHEN l.kind = 'refund' THEN l.payment_no || '/' || COALESCE(l.refund_no, l.provider_refund_no, '?' || l.line_no) ELSE l.payment_no END || CASE WHEN l.result = 'duplicate' THEN '#' || l.line_no ELSE '' END,
               l.payment_no, l.refund_no, l.provider_trade_no, l.currency,
               CASE WHEN l.kind = 'payment' THEN COALESCE(p.received_minor, p.amount_minor) ELSE r.amount_minor END,
               CASE WHEN l.kind = 'payment' THEN p.status ELSE r.status END,
               CASE WHEN l.kind = 'payment' THEN COALESCE(p.paid_at, p.created_at) ELSE r.created_at END,
               l.amount_minor, l.fee_minor, l.at, l.provider_state, 'open', @now, @run
        FROM payments_statement_lines l
        LEFT JOIN payments_payments p ON l.kind = 'payment' AND p.payment_no = l.payment_no AND p.provider = @provider
        LEFT JOIN payments_refunds r ON l.kind = 'refund' AND r.refund_no = l.refund_no AND r.provider = @provider
        WHERE l.result IS NOT NULL ORDER BY l.line_no LIMIT {MaxListed}
        """);

    private string ListMissingPayments => Insert(
        $"""
        SELECT @id, 'missing_there', p.payment_no, p.payment_no, CAST(NULL AS text), p.provider_trade_no, p.currency, p.received_minor, p.status, p.paid_at,
               CAST(NULL AS bigint), CAST(NULL AS bigint), CAST(NULL AS {dialect.TimeType}), CAST(NULL AS text), 'open', @now, @run
        FROM payments_payments p
        {OfMissingPayments}
        ORDER BY p.id LIMIT {MaxListed}
        """);

    private const string OfMissingPayments =
        $"WHERE p.payment_no IN (SELECT o.payment_no FROM {Odd} o WHERE o.line_no IS NULL) AND p.billed_on IS NULL";

    private string ListMissingRefunds => Insert(
        $"""
        SELECT @id, 'refund', r.payment_no || '/' || r.refund_no, r.payment_no, r.refund_no, CAST(NULL AS text), r.currency, r.amount_minor, r.status, r.refunded_at,
               CAST(NULL AS bigint), CAST(NULL AS bigint), CAST(NULL AS {dialect.TimeType}), CAST(NULL AS text), 'open', @now, @run
        FROM payments_refunds r
        {OfMissingRefunds}
        ORDER BY r.id LIMIT {MaxListed}
        """);

    private const string OfMissingRefunds =
        """
        WHERE r.provider = @provider AND r.status = 'succeeded' AND r.billed_on IS NULL AND r.refunded_at >= @from AND r.refunded_at < @to
          AND NOT EXISTS (SELECT 1 FROM payments_statement_lines l WHERE l.refund_no = r.refund_no AND l.kind = 'refund')
        """;

    // Like the lines, whose results are counted by themselves: the list may hold fewer than there are.
    private const string CountMissing =
        $"""
        SELECT (SELECT COUNT(*) FROM payments_payments p {OfMissingPayments}), (SELECT COUNT(*) FROM payments_refunds r {OfMissingRefunds})
        """;

    // What an earlier bill lacked and this one has is found.
    private const string FoundElsewhere =
        """
        UPDATE payments_differences SET remedy = 'repaired', note = 'It stands in the bill of ' || @day || '.'
        WHERE remedy = 'open' AND reconciliation_id <> @id AND here_minor IS NOT NULL AND there_minor IS NULL
          AND reconciliation_id IN (SELECT id FROM payments_reconciliations WHERE provider = @provider)
          AND EXISTS (SELECT 1 FROM payments_statement_lines l WHERE l.result IS NULL
                      AND l.payment_no = payments_differences.payment_no AND COALESCE(l.refund_no, '') = COALESCE(payments_differences.refund_no, ''))
        """;

    // --- What is remembered of the bill ---

    // Only of what another day's comparison might call missing: the rest is told by the bill of its own day. What this bill alone
    // knows to be paid gets its moment afterwards, which may be one of the other day's.
    private const string BillPayments =
        $"""
        UPDATE payments_payments SET billed_on = @day
        WHERE billed_on IS NULL AND provider = @provider AND (paid_at IS NULL OR paid_at < @start OR paid_at >= @to)
          AND payment_no IN (SELECT o.payment_no FROM {Odd} o WHERE o.line_no IS NOT NULL)
        """;

    private const string BillRefunds =
        """
        UPDATE payments_refunds SET billed_on = @day
        WHERE billed_on IS NULL AND provider = @provider AND (refunded_at IS NULL OR refunded_at < @start OR refunded_at >= @to)
          AND refund_no IN (SELECT l.refund_no FROM payments_statement_lines l WHERE l.kind = 'refund')
        """;

    // The provider holds it for us, whoever it may belong to.
    private const string BookForeign =
        """
        INSERT INTO payments_ledger (booked_at, provider, kind, reference, debit, credit, amount_minor, currency, payment_no)
        SELECT @now, @provider, 'foreign', COALESCE(l.provider_trade_no, l.payment_no), 'clearing', 'suspense', l.amount_minor, l.currency, l.payment_no
        FROM payments_statement_lines l
        WHERE l.result = 'missing_here' AND l.amount_minor > 0
        ON CONFLICT (provider, kind, reference) DO NOTHING
        """;

    // The fees of a day are one movement: what a single payment cost is the bill's to tell.
    private static string FeeDifferences => Insert(
        """
        SELECT @id, 'fee', @day, CAST(NULL AS text), CAST(NULL AS text), CAST(NULL AS text), b.currency, CASE WHEN b.kind = 'fee' THEN b.amount_minor ELSE -b.amount_minor END,
               CAST(NULL AS text), b.booked_at, @fees, @fees, b.booked_at, CAST(NULL AS text), 'open', @now, @run
        FROM payments_ledger b
        WHERE b.provider = @provider AND b.kind IN ('fee', 'fee_returned') AND b.reference = @day
          AND CASE WHEN b.kind = 'fee' THEN b.amount_minor ELSE -b.amount_minor END <> @fees
        """);

    private const string BookFees =
        """
        INSERT INTO payments_ledger (booked_at, provider, kind, reference, debit, credit, amount_minor, currency)
        SELECT @now, @provider, CASE WHEN @fees > 0 THEN 'fee' ELSE 'fee_returned' END, @day,
               CASE WHEN @fees > 0 THEN 'fees' ELSE 'clearing' END, CASE WHEN @fees > 0 THEN 'clearing' ELSE 'fees' END, ABS(@fees), @currency
        WHERE @fees <> 0 AND NOT EXISTS (SELECT 1 FROM payments_ledger b WHERE b.provider = @provider AND b.kind IN ('fee', 'fee_returned') AND b.reference = @day)
        """;

    /// <summary>What no other day's bill can hold any more, see the class's remarks.</summary>
    private (DateTimeOffset From, DateTimeOffset To) Window
    {
        get
        {
            var start = ProviderDay.Start(reconciliation.Date);
            return (start - Midnight, start.AddDays(1) - Midnight);
        }
    }

    private static string Insert(string select) =>
        $"""
        INSERT INTO payments_differences (reconciliation_id, class, subject, payment_no, refund_no, provider_trade_no, currency, here_minor, here_status,
                                          here_at, there_minor, there_fee_minor, there_at, there_state, remedy, found_at, run)
        SELECT * FROM ({select}) AS found WHERE true
        ON CONFLICT (reconciliation_id, class, subject) DO UPDATE SET run = excluded.run, here_minor = excluded.here_minor,
               here_status = excluded.here_status, there_minor = excluded.there_minor, there_state = excluded.there_state
        """;

    private Task<int> RunAsync(string sql, CancellationToken cancellationToken) => db.ExecuteSqlAsync(sql, ParametersOf(sql), cancellationToken);

    private async Task CountMissingAsync(CancellationToken cancellationToken)
    {
        await using var command = await db.SqlAsync(CountMissing, ParametersOf(CountMissing), cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        (missingPayments, missingRefunds) = (reader.GetInt64(0), reader.GetInt64(1));
    }

    private (string Name, object? Value)[] ParametersOf(string sql)
    {
        var (from, to) = Window;
        (string Name, object? Value)[] all =
        [
            ("id", reconciliation.Id), ("provider", reconciliation.Provider), ("day", reconciliation.Day), ("run", reconciliation.Run),
            ("now", dialect.TimeParameter(now)), ("from", dialect.TimeParameter(from)), ("to", dialect.TimeParameter(to)),
            ("start", dialect.TimeParameter(ProviderDay.Start(reconciliation.Date))), ("fees", stage.FeesMinor), ("currency", stage.Currency ?? "CNY"),
            ("siblings", siblings.ToJson()), ("no_sum", Settlement.Decision.AmountMissing),
        ];
        return [.. all.Where(parameter => sql.Contains("@" + parameter.Name, StringComparison.Ordinal))];
    }

    /// <summary>How many lines agree, and how many differences of each class there are, whether or not all of them are listed.</summary>
    public async Task<(long Matched, IReadOnlyDictionary<string, long> Counts)> CountAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, long> { ["missing_there"] = missingPayments, ["refund"] = missingRefunds };
        var listed = new Dictionary<string, long>();
        var matched = stage.Lines;
        await using var command = await db.SqlAsync(
            """
            SELECT 'line', result, COUNT(*) FROM payments_statement_lines WHERE result IS NOT NULL GROUP BY result
            UNION ALL
            SELECT 'difference', class, COUNT(*) FROM payments_differences WHERE reconciliation_id = @id GROUP BY class
            """,
            [("id", reconciliation.Id)],
            cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (name, count) = (reader.GetString(1), reader.GetInt64(2));
            if (reader.GetString(0) == "line")
            {
                matched -= count;
                found[name] = found.GetValueOrDefault(name) + count;
            }
            else
            {
                listed[name] = count;
            }
        }

        // The list holds besides what earlier runs found and what was repaired since.
        var counts = found.Keys.Union(listed.Keys).Select(name => (Name: name, Count: Math.Max(found.GetValueOrDefault(name), listed.GetValueOrDefault(name))))
            .Where(it => it.Count > 0).ToDictionary(it => it.Name, it => it.Count);
        return (matched, counts);
    }
}
