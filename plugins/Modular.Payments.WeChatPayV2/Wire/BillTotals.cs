using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// The totals of a bill as its lines make them and as its end says them. They must be equal, or lines are missing or were changed:
/// nothing else guards a bill of API v2.
/// </summary>
internal sealed class BillTotals
{
    /// <summary>The column that begins the end of the bill.</summary>
    public const string Count = "总交易单数";

    private const string Fees = "手续费总金额";

    // By generation of the bill, the newest first, as in the lines.
    private static readonly string[] Amounts = ["订单总金额", "总交易额", "应结订单总金额"];
    private static readonly string[] Refunds = ["申请退款总金额", "退款总金额", "总退款金额"];

    private readonly Dictionary<string, long> said = new(StringComparer.Ordinal);
    private string[]? names;
    private long rows;
    private long amountFen;
    private long refundedFen;
    private long feeFen;

    public void Add(long amount, long refunded, long fee) =>
        (rows, amountFen, refundedFen, feeFen) = (rows + 1, amountFen + amount, refundedFen + refunded, feeFen + fee);

    /// <summary>A line of the end: first the names, then the values in the same order.</summary>
    public void Note(StatementCsvReader reader)
    {
        if (names is null)
        {
            names = [.. Enumerable.Range(0, reader.FieldCount).Select(index => reader.Field(index).ToString())];
            return;
        }

        if (said.Count > 0 || reader.FieldCount < names.Length)
        {
            throw new StatementException("The bill's end is not one line of totals.");
        }

        for (var index = 0; index < names.Length; index++)
        {
            // Counts are written like amounts (45.0), so that hundredths of them are counted here.
            if (!StatementAmount.TryReadYuan(reader.Field(index), out var value) || !said.TryAdd(names[index], value))
            {
                throw new StatementException($"The bill's total {ForeignText.Quote(names[index], 32)} cannot be read, or stands there twice.");
            }
        }
    }

    public void Check()
    {
        Compare([Count], rows * 100);
        Compare(Amounts, amountFen);
        Compare(Refunds, refundedFen);
        Compare([Fees], feeFen);
    }

    private void Compare(string[] alternatives, long read)
    {
        var name = Array.Find(alternatives, said.ContainsKey) ?? throw new StatementException($"The bill ends without the total {alternatives[0]}, so it is cut off.");
        if (said[name] != read)
        {
            throw new StatementException($"The bill's total {name} is not that of its lines.");
        }
    }
}
