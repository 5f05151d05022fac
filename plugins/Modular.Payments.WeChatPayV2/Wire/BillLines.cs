using System.Runtime.CompilerServices;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// Reads a bill of the type ALL: UTF-8, back-ticked values, and at the end a second header with the totals of all lines. Columns are
/// found by name, because merchants get one of several generations of them. A bill lists the trades of both APIs.
/// </summary>
internal static class BillLines
{
    private const string At = "交易时间";
    private const string App = "公众账号ID";
    private const string Merchant = "商户号";
    private const string TradeNo = "微信订单号";
    private const string PaymentNo = "商户订单号";
    private const string State = "交易状态";
    private const string Currency = "货币种类";
    private const string ProviderRefundNo = "微信退款单号";
    private const string RefundNo = "商户退款单号";
    private const string Given = "退款金额";
    private const string RefundState = "退款状态";
    private const string Fee = "手续费";

    // What stands where there is no refund number.
    private const string NoNumber = "0";

    // The newest name goes first. 订单金额 is the whole payment, 应结订单金额 is less when a coupon pays a part; the oldest bills call the whole 总金额.
    private static readonly string[] Amounts = ["订单金额", "总金额", "应结订单金额"];

    // What was asked for is the refund's amount; what was given back in cash is less where coupons are involved.
    private static readonly string[] Refunded = ["申请退款金额", Given];

    private static readonly StatementCsvFormat Format = new()
    {
        Columns = [At, Merchant, TradeNo, PaymentNo, State, Currency, ProviderRefundNo, RefundNo, Given, RefundState, Fee],
        FooterColumn = BillTotals.Count,
    };

    /// <summary>Reads and disposes the spool; may be enumerated once.</summary>
    public static async IAsyncEnumerable<StatementLine> ReadAsync(
        BillSpool spool, DateOnly day, string mchId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using (spool)
        {
            await using var text = spool.Open();
            var reader = new StatementCsvReader(text, Encoding.UTF8, Format);
            var totals = new BillTotals();
            while (await AdvanceAsync(reader, cancellationToken))
            {
                if (reader.Place == StatementCsvPlace.Note)
                {
                    totals.Note(reader);
                    continue;
                }

                if (!reader.Value(Merchant).SequenceEqual(mchId))
                {
                    throw reader.Wrong(Merchant, "names another merchant than MchId");
                }

                var (amount, refunded) = (Fen(reader, Amounts), Fen(reader, Refunded));
                totals.Add(amount, refunded, reader.Fen(Fee));
                yield return IsPayment(reader) ? Payment(reader, amount, day) : Refund(reader, refunded);
            }

            totals.Check();
        }
    }

    private static async ValueTask<bool> AdvanceAsync(StatementCsvReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new StatementException($"The bill cannot be unpacked ({e.GetType().Name}).", e);
        }
    }

    private static bool IsPayment(StatementCsvReader reader) => reader.Value(State) switch
    {
        "SUCCESS" => true,
        "REFUND" or "REVOKED" => false,
        _ => throw reader.Wrong(State, "is neither SUCCESS nor REFUND nor REVOKED"),
    };

    private static StatementLine Payment(StatementCsvReader reader, long fen, DateOnly day)
    {
        var line = Line(reader, StatementLineKind.Payment, fen, reader.Required(State));

        // Nothing else names the day; a line at midnight may stand in the bill of the day beside it.
        var from = BeijingTime.At(day.AddDays(-1), TimeOnly.MinValue);
        return line.At >= from && line.At < from.AddDays(3) ? line : throw reader.Wrong(At, $"is not about {day:yyyy-MM-dd}, the day that was asked for,");
    }

    private static StatementLine Refund(StatementCsvReader reader, long fen)
    {
        var state = reader.Text(RefundState);
        return Line(reader, StatementLineKind.Refund, fen, state ?? reader.Required(State)) with
        {
            RefundNo = Number(reader, RefundNo),
            ProviderRefundNo = Number(reader, ProviderRefundNo),

            // The bill's words differ from the API's: PROCESSING, FAIL and CHANGE are not done. A reversal (REVOKED) may have none.
            IsDone = state is null ? reader.Value(State).SequenceEqual("REVOKED") : state == "SUCCESS",
        };
    }

    private static StatementLine Line(StatementCsvReader reader, StatementLineKind kind, long fen, string state) => new()
    {
        Kind = kind,
        PaymentNo = reader.Required(PaymentNo),
        ProviderTradeNo = reader.Text(TradeNo),
        Amount = new Money(Math.Abs(fen), reader.Required(Currency)),
        FeeMinor = reader.Fen(Fee),
        At = BeijingTime.ReadClock(reader.Value(At)) ?? throw reader.Wrong(At, "holds no time"),
        App = reader.Text(App),
        ProviderState = state,
    };

    private static long Fen(StatementCsvReader reader, string[] names) =>
        Array.Find(names, name => reader.Text(name) is not null) is { } present
            ? reader.Fen(present)
            : throw reader.Wrong(names[0], "is missing or empty, and no other says the amount,");

    private static string? Number(StatementCsvReader reader, string column) => reader.Text(column) is { } number && number != NoNumber ? number : null;
}
