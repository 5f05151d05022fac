using Modular.Kernel.Messages;
using Modular.Payments.Abstractions;

namespace Modular.Payments.Settlement;

/// <summary>A payment as settlement loads it.</summary>
internal sealed record LoadedPayment(string PaymentNo, string OrderNo, string Provider, Standing Standing, long Version)
{
    /// <summary>Provider numbers that occur in the batch and belong to other payments already.</summary>
    public required IReadOnlySet<string> TakenTradeNos { get; init; }
}

/// <summary>What a batch finds in the database.</summary>
/// <param name="Payments">The payments that the batch's reports name, by number.</param>
/// <param name="Accepted">The content hashes of the batch that were accepted before.</param>
internal sealed record Loaded(IReadOnlyDictionary<string, LoadedPayment> Payments, IReadOnlySet<string> Accepted)
{
    /// <summary>Orders of superseded payments that have been closed since; a payment that is closed itself tells so alone.</summary>
    public IReadOnlySet<string> ClosedOrders { get; init; } = new HashSet<string>();
}

/// <summary>A change of one payment.</summary>
internal sealed record Change(LoadedPayment Before, PaymentStatus To, string? Reason, PaymentReport Report, ReportSource Source)
{
    /// <summary>The money that came with it; null when none did, or when the report does not say how much.</summary>
    public Money? Received => To is PaymentStatus.Succeeded or PaymentStatus.Held && Report.Amount is { Minor: > 0 } amount ? amount : null;

    /// <summary>The same in minor units of the payment's own currency; null when it came in another one.</summary>
    public long? ReceivedMinor => Received is { } received && received.Currency == Before.Standing.Amount.Currency ? received.Minor : null;

    /// <summary>Whether it goes back by itself, with a refund that is committed together with this change.</summary>
    public bool IsGivenBack => To == PaymentStatus.Held && Reason is Decision.PaidTwice or Decision.PaidLate && ReceivedMinor is not null;
}

/// <summary>A message to be written to the inbox, with what came of it.</summary>
internal sealed record Record(Entry Entry, string Verdict, string? Reason, Effect Effect, int Copies);

/// <summary>
/// Everything that a batch writes, worked out without the database: pure, so that it can be tested with any batch. Later
/// entries see what earlier entries of the same batch decided.
/// </summary>
internal sealed class Plan
{
    public const string Accepted = "accepted";
    public const string Refused = "refused";

    /// <summary>Whether the message is authentic could not be found out.</summary>
    public const string Undecided = "undecided";

    /// <summary>Nobody could look at the message, because its instance is out of service.</summary>
    public const string OutOfService = "out_of_service";

    private readonly Dictionary<string, Standing> standings = [];
    private readonly Dictionary<string, Change> changes = [];
    private readonly Dictionary<string, Record> records = [];
    private readonly Dictionary<string, int> repeated = [];
    private readonly HashSet<string> keptOrders = [];
    // The payment that each number was bound to by an earlier entry of the batch.
    private readonly Dictionary<(string Provider, string TradeNo), string> boundTradeNos = [];

    private LatePayment late;

    private Plan()
    {
    }

    public required IReadOnlyList<Outcome> Outcomes { get; init; }

    public IReadOnlyCollection<Change> Changes => changes.Values;

    public IReadOnlyCollection<Record> Records => records.Values;

    /// <summary>How often messages came again that were accepted before, by content hash.</summary>
    public IReadOnlyDictionary<string, int> Repeated => repeated;

    public IReadOnlyList<SettledPayment> Settled { get; private set; } = [];

    public IReadOnlyCollection<string> ChangedOrders => [.. changes.Values.Select(change => change.Before.OrderNo).Distinct()];

    public static Plan Make(IReadOnlyList<Entry> batch, Loaded loaded, DateTimeOffset now, LatePayment late = LatePayment.Accept)
    {
        var outcomes = new Outcome[batch.Count];
        var plan = new Plan { Outcomes = outcomes, late = late };
        for (var index = 0; index < batch.Count; index++)
        {
            outcomes[index] = plan.Consider(batch[index], loaded);
        }

        plan.Settled =
        [
            .. plan.changes.Values.Where(change => change.To == PaymentStatus.Succeeded).Select(change => new SettledPayment(
                change.Before.OrderNo, change.Before.PaymentNo, change.Before.Provider, change.Before.Standing.Amount, change.Report.PaidAt ?? now)),
        ];
        return plan;
    }

    private Outcome Consider(Entry entry, Loaded loaded)
    {
        if (entry.Message is { } message && IsRepeated(message.ContentHash, loaded))
        {
            repeated[message.ContentHash] = repeated.GetValueOrDefault(message.ContentHash) + message.Copies;
            var known = entry.Report is null ? null : loaded.Payments.GetValueOrDefault(entry.Report.PaymentNo);
            return new Outcome(Effect.Duplicate, OrderNo: known?.OrderNo, Status: known is null ? null : StandingOf(known).Status);
        }

        var outcome = entry.Report is null
            ? new Outcome(Effect.Recorded, entry.Message?.RefusedBecause)
            : Decide(entry, entry.Report, loaded);
        if (entry.Message is not null)
        {
            RecordMessage(entry, entry.Message, outcome);
        }

        return outcome;
    }

    private bool IsRepeated(string contentHash, Loaded loaded) =>
        loaded.Accepted.Contains(contentHash) || (records.TryGetValue(contentHash, out var record) && record.Verdict == Accepted);

    private Outcome Decide(Entry entry, PaymentReport report, Loaded loaded)
    {
        if (!Decision.IsOurs(entry.Account, report.Account))
        {
            return new Outcome(Effect.WrongAccount, "wrong_account");
        }

        // The number alone is not enough: a payment belongs to the instance that started it.
        if (!loaded.Payments.TryGetValue(report.PaymentNo, out var payment) || payment.Provider != entry.Instance)
        {
            return new Outcome(Effect.UnknownPayment, "unknown_payment");
        }

        var standing = StandingOf(payment) with
        {
            OrderIsClosed = loaded.ClosedOrders.Contains(payment.OrderNo),
            OrderHasKeeper = payment.Standing.OrderHasKeeper || keptOrders.Contains(payment.OrderNo),
            TradeNoTaken = report.ProviderTradeNo is { } tradeNo
                && (payment.TakenTradeNos.Contains(tradeNo)
                    || (boundTradeNos.TryGetValue((payment.Provider, tradeNo), out var holder) && holder != payment.PaymentNo)),
        };
        var verdict = Decision.Decide(standing, report, late);
        if (verdict.To is { } to)
        {
            Apply(payment, standing, verdict, report, entry.Source, to);
        }

        return new Outcome(verdict.Effect, verdict.Reason, payment.OrderNo, verdict.To ?? standing.Status);
    }

    private void Apply(LoadedPayment payment, in Standing standing, in Verdict verdict, PaymentReport report, ReportSource source, PaymentStatus to)
    {
        var bound = standing.TradeNoTaken ? null : report.ProviderTradeNo;
        changes[payment.PaymentNo] = new Change(payment, to, verdict.Reason, report with { ProviderTradeNo = bound }, source);
        standings[payment.PaymentNo] = standing with { Status = to, ProviderTradeNo = bound ?? standing.ProviderTradeNo, Reason = verdict.Reason };
        if (to == PaymentStatus.Succeeded)
        {
            keptOrders.Add(payment.OrderNo);
        }

        if (bound is not null)
        {
            boundTradeNos[(payment.Provider, bound)] = payment.PaymentNo;
        }
    }

    private void RecordMessage(Entry entry, ReceivedMessage message, Outcome outcome)
    {
        var refused = message.RefusedBecause is not null || outcome.Effect is Effect.WrongAccount or Effect.UnknownPayment;
        var copies = message.Copies + (records.TryGetValue(message.ContentHash, out var earlier) ? earlier.Copies : 0);
        records[message.ContentHash] = new Record(entry, message.Unjudged ?? (refused ? Refused : Accepted), outcome.Reason, outcome.Effect, copies);
    }

    private Standing StandingOf(LoadedPayment payment) => standings.GetValueOrDefault(payment.PaymentNo, payment.Standing);
}
