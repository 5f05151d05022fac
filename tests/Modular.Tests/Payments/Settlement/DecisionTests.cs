using CsCheck;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Payments.Settlement;

namespace Modular.Tests.Payments.Settlement;

/// <summary>The decision alone: pure, and right for every standing and report.</summary>
public sealed class DecisionTests
{
    private static readonly Gen<PaymentReport> AnyReport = Some.Report(Gen.Const("P1"), Gen.OneOfConst<string?>(null, "T1"));

    [Fact]
    public void R05_a_report_never_moves_a_payment_backwards() => Gen.Select(Some.Standing, AnyReport).Sample((standing, report) =>
        Decision.Decide(standing, report).To is not { } to || Some.Rank(to) > Some.Rank(standing.Status));

    [Fact]
    public void B01_only_the_exact_amount_in_the_exact_currency_succeeds() => Gen.Select(Some.Standing, AnyReport).Sample((standing, report) =>
        Decision.Decide(standing, report).To != PaymentStatus.Succeeded || (report.State == ReportedState.Paid && report.Amount == standing.Amount));

    [Fact]
    public void C01_no_payment_succeeds_beside_a_kept_one_or_with_anothers_trade_number() => Gen.Select(Some.Standing, AnyReport).Sample((standing, report) =>
        Decision.Decide(standing, report).To != PaymentStatus.Succeeded || (!standing.OrderHasKeeper && !standing.TradeNoTaken));

    [Fact]
    public void Money_is_never_overlooked_a_paid_report_of_an_open_payment_succeeds_or_is_held() => Gen.Select(Some.Standing, AnyReport).Sample((standing, report) =>
        report.State != ReportedState.Paid || Some.Rank(standing.Status) == 3
        || Decision.Decide(standing, report).To is PaymentStatus.Succeeded or PaymentStatus.Held);

    [Fact]
    public void The_effect_names_what_the_state_becomes() => Gen.Select(Some.Standing, AnyReport).Sample((standing, report) =>
        Decision.Decide(standing, report) switch
        {
            { Effect: Effect.Settled, To: PaymentStatus.Succeeded } => true,
            { Effect: Effect.Held, To: PaymentStatus.Held, Reason: not null } => true,
            { Effect: Effect.Closed, To: PaymentStatus.Closed, Reason: null } => true,
            { Effect: Effect.Unchanged, To: null, Reason: null } => true,
            _ => false,
        });

    [Fact]
    public void A_decision_taken_twice_changes_nothing_the_second_time() => Gen.Select(Some.Standing, AnyReport).Sample((standing, report) =>
        Decision.Decide(standing, report).To is not { } to || Decision.Decide(standing with { Status = to }, report) == new Verdict(Effect.Unchanged));

    [Fact]
    public void F11_pending_and_not_found_move_nothing_whatever_the_state() => Gen.Select(Some.Standing, AnyReport).Sample((standing, report) =>
        report.State is not (ReportedState.Pending or ReportedState.NotFound) || Decision.Decide(standing, report) == new Verdict(Effect.Unchanged));

    [Theory]
    [InlineData(PaymentStatus.Pending, ReportedState.Paid, PaymentStatus.Succeeded, null)]
    [InlineData(PaymentStatus.Superseded, ReportedState.Paid, PaymentStatus.Succeeded, null)]
    [InlineData(PaymentStatus.Closed, ReportedState.Paid, PaymentStatus.Succeeded, "paid_late")]
    [InlineData(PaymentStatus.Pending, ReportedState.Closed, PaymentStatus.Closed, null)]
    [InlineData(PaymentStatus.Superseded, ReportedState.Closed, PaymentStatus.Closed, null)]
    [InlineData(PaymentStatus.Closed, ReportedState.Closed, null, null)]
    [InlineData(PaymentStatus.Succeeded, ReportedState.Closed, null, null)]
    [InlineData(PaymentStatus.Held, ReportedState.Paid, null, null)]
    [InlineData(PaymentStatus.Refunded, ReportedState.Paid, null, null)]
    [InlineData(PaymentStatus.PartiallyRefunded, ReportedState.Closed, null, null)]
    public void R07_R08_each_state_meets_each_report_as_the_diagram_says(PaymentStatus from, ReportedState report, PaymentStatus? to, string? reason)
    {
        var verdict = Decision.Decide(new Standing(from, Some.Price, null, false, false), Some.Says(report));
        Assert.Equal((to, reason), (verdict.To, verdict.Reason));
    }

    [Theory]
    [InlineData(PaymentStatus.Held, "amount_missing", 36800L, PaymentStatus.Succeeded)]
    [InlineData(PaymentStatus.Held, "amount_missing", 1L, PaymentStatus.Held)]
    [InlineData(PaymentStatus.Held, "amount_missing", null, null)]
    [InlineData(PaymentStatus.Held, "amount_mismatch", 36800L, null)]
    [InlineData(PaymentStatus.Held, "currency_mismatch", 36800L, null)]
    [InlineData(PaymentStatus.Closed, "given_back", 36800L, null)]
    public void B01_money_held_without_a_sum_is_decided_when_the_sum_is_said_and_what_was_given_back_stays_closed(PaymentStatus from, string reason, long? minor, PaymentStatus? to)
    {
        var amount = minor is { } said ? Money.Cny(said) : (Money?)null;
        var verdict = Decision.Decide(new Standing(from, Some.Price, null, false, false, reason), Some.Says(ReportedState.Paid) with { Amount = amount });
        Assert.Equal(to, verdict.To);
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("2088000000000001", null, true)]
    [InlineData("2088000000000001", "2021000000000001", true)]
    [InlineData("2088000000000009", "2021000000000001", false)]
    [InlineData("2088000000000001", "2021000000000009", false)]
    [InlineData("", null, false)]
    [InlineData(null, "2021000000000001 ", false)]
    public void B03_B04_every_part_of_the_account_that_is_named_must_be_ours(string? merchant, string? app, bool ours) =>
        Assert.Equal(ours, Decision.IsOurs(Some.Own, new ProviderAccount(merchant, app)));
}
