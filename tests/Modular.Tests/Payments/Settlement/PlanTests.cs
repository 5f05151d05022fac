using CsCheck;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Payments.Settlement;

namespace Modular.Tests.Payments.Settlement;

/// <summary>A batch as one plan: whatever stands in it and in whatever order, the plan writes only what may be true.</summary>
public sealed class PlanTests
{
    private static readonly Gen<(Entry[] Batch, Loaded Loaded)> Any = Gen.Select(Some.Batch, Some.Loaded);

    [Fact]
    public void C01_no_order_gets_two_kept_payments_from_one_batch() => Any.Sample(any =>
    {
        var plan = Plan.Make(any.Batch, any.Loaded, Some.Now);
        var kept = any.Loaded.Payments.Values.ToDictionary(payment => payment.PaymentNo, payment => payment.Standing.Status);
        foreach (var change in plan.Changes)
        {
            kept[change.Before.PaymentNo] = change.To;
        }

        return any.Loaded.Payments.Values.GroupBy(payment => payment.OrderNo).All(order => order.Count(payment => Some.IsKept(kept[payment.PaymentNo])) <= 1)
            && plan.Settled.Select(settled => settled.OrderNo).Distinct().Count() == plan.Settled.Count;
    });

    [Fact]
    public void R05_no_batch_moves_a_payment_backwards() => Any.Sample(any =>
        Plan.Make(any.Batch, any.Loaded, Some.Now).Changes.All(change => Some.Rank(change.To) > Some.Rank(change.Before.Standing.Status)));

    [Fact]
    public void B09_no_trade_number_is_bound_twice() => Any.Sample(any =>
    {
        var bound = Plan.Make(any.Batch, any.Loaded, Some.Now).Changes.Where(change => change.Report.ProviderTradeNo is not null).ToArray();
        return bound.Select(change => (change.Before.Provider, change.Report.ProviderTradeNo)).Distinct().Count() == bound.Length
            && bound.All(change => !change.Before.TakenTradeNos.Contains(change.Report.ProviderTradeNo!));
    });

    [Fact]
    public void B03_B05_B07_another_account_or_an_unknown_number_changes_nothing() => Any.Sample(any =>
    {
        var strange = any.Batch.Where(entry => entry.Report is { } report
            && (!Decision.IsOurs(entry.Account, report.Account) || entry.Instance != Some.Instance || report.PaymentNo.StartsWith('X'))).ToArray();
        var plan = Plan.Make(strange, any.Loaded, Some.Now);
        return plan.Changes.Count == 0 && plan.Settled.Count == 0
            && plan.Outcomes.All(outcome => outcome.Effect is Effect.WrongAccount or Effect.UnknownPayment or Effect.Duplicate)
            && plan.Records.All(record => record.Verdict == Plan.Refused);
    });

    [Fact]
    public void R01_every_message_is_recorded_or_counted_as_often_as_it_came() => Any.Sample(any =>
    {
        var plan = Plan.Make(any.Batch, any.Loaded, Some.Now);
        return plan.Outcomes.Count == any.Batch.Length
            && plan.Records.Sum(record => record.Copies) + plan.Repeated.Values.Sum() == any.Batch.Count(entry => entry.Message is not null)
            && plan.Outcomes.Count(outcome => outcome.Effect == Effect.Duplicate) == plan.Repeated.Values.Sum()
            && any.Loaded.Accepted.All(hash => plan.Records.All(record => record.Entry.Message!.ContentHash != hash));
    });

    [Fact]
    public void A_batch_applied_again_changes_nothing() => Any.Sample(any =>
        Plan.Make(any.Batch, After(any.Loaded, Plan.Make(any.Batch, any.Loaded, Some.Now)), Some.Now) is { Changes.Count: 0, Settled.Count: 0 });

    [Fact]
    public void One_batch_does_what_its_entries_do_one_by_one() => Any.Sample(any =>
    {
        var whole = Plan.Make(any.Batch, any.Loaded, Some.Now);
        var loaded = any.Loaded;
        var effects = new List<Effect>();
        foreach (var entry in any.Batch)
        {
            var plan = Plan.Make([entry], loaded, Some.Now);
            effects.Add(plan.Outcomes[0].Effect);
            loaded = After(loaded, plan);
        }

        return effects.SequenceEqual(whole.Outcomes.Select(outcome => outcome.Effect))
            && loaded.Payments.All(payment => payment.Value.Standing.Status == After(any.Loaded, whole).Payments[payment.Key].Standing.Status);
    });

    [Fact]
    public void R05_whatever_the_order_of_its_reports_a_payment_that_was_paid_ends_succeeded() =>
        Gen.Shuffle(new[]
        {
            Some.Says(ReportedState.Paid), Some.Says(ReportedState.Paid), Some.Says(ReportedState.Pending), Some.Says(ReportedState.Pending),
            Some.Says(ReportedState.Closed), Some.Says(ReportedState.Closed), Some.Says(ReportedState.NotFound),
        }).Select(Gen.Int[0, 6]).Sample((reports, cut) =>
        {
            var loaded = OnePending();
            var settled = 0;
            foreach (var part in new[] { reports[..cut], reports[cut..] })
            {
                var plan = Plan.Make([.. part.Select(report => new Entry(Some.Instance, Some.Own, ReportSource.Notify, report, null))], loaded, Some.Now);
                settled += plan.Settled.Count;
                loaded = After(loaded, plan);
            }

            return settled == 1 && loaded.Payments["P1"].Standing.Status == PaymentStatus.Succeeded;
        });

    [Fact]
    public void A_refused_message_never_hides_the_accepted_one_of_the_same_content()
    {
        var entry = new Entry(Some.Instance, Some.Own, ReportSource.Notify, Some.Says(ReportedState.Paid), Some.Message("same", refused: false));
        var refused = entry with { Report = null, Message = Some.Message("same", refused: true) };

        foreach (var batch in new[] { [entry, refused], new[] { refused, entry } })
        {
            var plan = Plan.Make(batch, OnePending(), Some.Now);
            Assert.Equal(Plan.Accepted, Assert.Single(plan.Records).Verdict);
            Assert.Equal(PaymentStatus.Succeeded, Assert.Single(plan.Changes).To);
        }
    }

    [Fact]
    public void A_number_that_an_earlier_report_gave_to_the_same_payment_is_free_for_it()
    {
        PaymentReport[] reports = [Some.Says(ReportedState.Closed, tradeNo: "T2"), Some.Says(ReportedState.Paid, tradeNo: "T3") with { Amount = null }, Some.Says(ReportedState.Paid, tradeNo: "T2")];
        var plan = Plan.Make([.. reports.Select(report => new Entry(Some.Instance, Some.Own, ReportSource.Notify, report, null))], OnePending(), Some.Now);

        Assert.Equal([Effect.Closed, Effect.Held, Effect.Settled], plan.Outcomes.Select(outcome => outcome.Effect));
        Assert.Single(plan.Settled);
    }

    private static Loaded OnePending() => new(
        new Dictionary<string, LoadedPayment>
        {
            ["P1"] = new("P1", "O1", Some.Instance, new Standing(PaymentStatus.Pending, Some.Price, null, false, false), 0) { TakenTradeNos = new HashSet<string>() },
        },
        new HashSet<string>());

    /// <summary>What the next batch would load after this one was written.</summary>
    private static Loaded After(Loaded before, Plan plan)
    {
        var payments = before.Payments.ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var change in plan.Changes)
        {
            var payment = payments[change.Before.PaymentNo];
            payments[payment.PaymentNo] = payment with
            {
                Standing = payment.Standing with { Status = change.To, Reason = change.Reason, ProviderTradeNo = change.Report.ProviderTradeNo ?? payment.Standing.ProviderTradeNo },
            };
        }

        foreach (var payment in payments.Values.ToArray())
        {
            var others = payments.Values.Where(other => other.PaymentNo != payment.PaymentNo).ToArray();
            payments[payment.PaymentNo] = payment with
            {
                Standing = payment.Standing with { OrderHasKeeper = others.Any(other => other.OrderNo == payment.OrderNo && Some.IsKept(other.Standing.Status)) },
                TakenTradeNos = payment.TakenTradeNos.Concat(others.Select(other => other.Standing.ProviderTradeNo).OfType<string>()).ToHashSet(),
            };
        }

        return new Loaded(
            payments,
            before.Accepted.Concat(plan.Records.Where(record => record.Verdict == Plan.Accepted).Select(record => record.Entry.Message!.ContentHash)).ToHashSet());
    }
}
