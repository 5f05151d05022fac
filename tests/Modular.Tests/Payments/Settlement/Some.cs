using CsCheck;
using Modular.Payments;
using Modular.Payments.Abstractions;
using Modular.Payments.Settlement;

namespace Modular.Tests.Payments.Settlement;

/// <summary>Arbitrary reports, standings and batches for the properties of settlement.</summary>
internal static class Some
{
    public const string Instance = "alipay";

    public static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    public static readonly ProviderAccount Own = new("2088000000000001", "2021000000000001");
    public static readonly Money Price = Money.Cny(36_800);

    public static readonly Gen<PaymentStatus> Status = Gen.OneOfConst(Enum.GetValues<PaymentStatus>());

    public static readonly Gen<ReportedState> State = Gen.OneOfConst(Enum.GetValues<ReportedState>());

    public static readonly Gen<Money?> Amount = Gen.Frequency(
        (6, Gen.Const((Money?)Price)),
        (1, Gen.Long[-10, Money.MaxMinor].Select(minor => (Money?)Money.Cny(minor))),
        (1, Gen.Const((Money?)new Money(Price.Minor, "USD"))),
        (1, Gen.Const((Money?)null)));

    public static readonly Gen<ProviderAccount> Account = Gen.Frequency(
        (8, Gen.OneOfConst(Own, new ProviderAccount(null, null), new ProviderAccount(Own.Merchant, null))),
        (1, Gen.OneOfConst(new ProviderAccount("2088000000000009", Own.App), new ProviderAccount(Own.Merchant, "2021000000000009"), new ProviderAccount("", ""))));

    public static readonly Gen<Standing> Standing = Gen.Select(
        Status, Gen.Bool, Gen.Bool, (status, keeper, taken) => new Standing(status, Price, null, keeper, taken));

    public static Gen<PaymentReport> Report(Gen<string> paymentNo, Gen<string?> tradeNo) => Gen.Select(
        paymentNo, State, Account, Amount, tradeNo,
        (no, state, account, amount, trade) => new PaymentReport { PaymentNo = no, State = state, Account = account, Amount = amount, ProviderTradeNo = trade, ProviderState = state.ToString() });

    /// <summary>Reports about six payments of three orders, and two numbers that nobody knows, some of them in messages, of which some are copies.</summary>
    public static readonly Gen<Entry[]> Batch = Gen.Select(
            Report(Gen.OneOfConst("P1", "P2", "P3", "P4", "P5", "P6", "X1", "X2"), Gen.OneOfConst<string?>(null, "T1", "T2", "T3", "T4", "T5", "T6", "T7")),
            Gen.OneOfConst("alipay", "alipay", "alipay", "wechat"), Gen.Int[0, 14], Gen.Bool,
            (report, instance, message, refused) => message > 9
                ? new Entry(instance, Own, ReportSource.Poll, report, null)
                : new Entry(instance, Own, ReportSource.Notify, refused && message > 7 ? null : report, Message($"hash-{message}", refused && message > 7)))
        .Array[0, 24];

    public static readonly Gen<Loaded> Loaded = Gen.Select(Status.Array[6], Gen.OneOfConst<string?>(null, "T1", "T9").Array[6], Gen.Bool.Array[10]).Select(
        (statuses, taken, accepted) =>
        {
            var payments = new Dictionary<string, LoadedPayment>();
            for (var index = 0; index < 6; index++)
            {
                var order = $"O{index / 2}";
                // The database allows one kept payment per order, so a second succeeded one is read as held.
                var status = IsKept(statuses[index]) && index % 2 == 1 && IsKept(statuses[index - 1]) ? PaymentStatus.Held : statuses[index];
                statuses[index] = status;
                var no = $"P{index + 1}";
                payments[no] = new LoadedPayment(no, order, Instance, new Standing(status, Price, null, false, false), index)
                {
                    TakenTradeNos = taken[index] is { } trade ? new HashSet<string> { trade } : new HashSet<string>(),
                };
            }

            for (var index = 0; index < 6; index++)
            {
                var payment = payments[$"P{index + 1}"];
                var sibling = payments[$"P{(index ^ 1) + 1}"];
                payments[payment.PaymentNo] = payment with { Standing = payment.Standing with { OrderHasKeeper = IsKept(sibling.Standing.Status) } };
            }

            return new Loaded(payments, Enumerable.Range(0, 10).Where(index => accepted[index] && index % 3 == 0).Select(index => $"hash-{index}").ToHashSet());
        });

    public static bool IsKept(PaymentStatus status) => status is PaymentStatus.Succeeded or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded;

    /// <summary>How far a state is on its way; a report never makes it smaller.</summary>
    public static int Rank(PaymentStatus status) => status switch
    {
        PaymentStatus.Pending => 0,
        PaymentStatus.Superseded => 1,
        PaymentStatus.Closed => 2,
        _ => 3,
    };

    public static PaymentReport Says(ReportedState state, string paymentNo = "P1", string? tradeNo = "T1") =>
        new() { PaymentNo = paymentNo, State = state, Account = Own, Amount = Price, ProviderTradeNo = tradeNo };

    public static ReceivedMessage Message(string hash, bool refused) => new()
    {
        ContentHash = hash,
        Kind = "notify",
        ReceivedAt = Now,
        SourceAddress = "127.0.0.1",
        Envelope = () => "sealed",
        AnswerStatus = accepted => accepted ? 200 : 400,
        Elapsed = () => 1,
        RefusedBecause = refused ? "wrong_signature" : null,
    };
}
