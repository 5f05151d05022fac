using MediatR;
using Microsoft.Extensions.Logging;
using Modular.Kernel.Data;

namespace Modular.Kernel.Audit;

/// <summary>
/// A promise that the stored rows keep at every moment, as a query of those that break it. Modules register theirs as
/// singletons; the query runs unchanged on every store and returns one text column that names the row.
/// </summary>
/// <param name="Name">A stable word, for example <c>refund_cap</c>.</param>
/// <param name="Sentence">What is promised, for the person who reads that it is broken.</param>
/// <param name="Sql">Returns no row while the promise is kept. <c>@now</c> is the time, less <paramref name="Grace"/>.</param>
/// <param name="Grace">How long a row may be as it is; nothing when the promise holds at every moment.</param>
public sealed record AuditRule(string Name, string Sentence, string Sql, TimeSpan Grace = default);

/// <summary>What the audit found of one rule.</summary>
/// <param name="Broken">The first rows that break it; none when it is kept.</param>
public sealed record AuditFinding(AuditRule Rule, IReadOnlyList<string> Broken);

/// <summary>Checks every promise. It only reads, and may run at any time beside the shop.</summary>
public sealed record RunAudit : IRequest<IReadOnlyList<AuditFinding>>;

internal sealed partial class RunAuditHandler(ModularDbContext db, IEnumerable<AuditRule> rules, TimeProvider time, ILogger<RunAuditHandler> log)
    : IRequestHandler<RunAudit, IReadOnlyList<AuditFinding>>
{
    private const int MaxRows = 20;

    public async Task<IReadOnlyList<AuditFinding>> Handle(RunAudit request, CancellationToken cancellationToken)
    {
        var findings = new List<AuditFinding>();
        var now = time.UtcNow();
        foreach (var rule in rules)
        {
            var broken = await db.ReadColumnAsync<string>(
                $"SELECT * FROM ({rule.Sql}) AS broken LIMIT {MaxRows}",
                rule.Sql.Contains("@now", StringComparison.Ordinal) ? [("now", db.Dialect.TimeParameter(now - rule.Grace))] : [],
                cancellationToken);
            findings.Add(new AuditFinding(rule, broken));
            if (broken.Count > 0)
            {
                LogBroken(rule.Name, rule.Sentence, broken.Count, broken[0]);
            }
        }

        return findings;
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The audit found a broken promise, {Rule} ({Sentence}): {Count} rows or more, the first is {First}")]
    private partial void LogBroken(string rule, string sentence, int count, string first);
}
