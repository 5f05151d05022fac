using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>The totals of a bill as its lines make them and as its end says them. They must be equal, or lines are missing or were changed.</summary>
internal sealed class BillTotals
{
    /// <summary>The column that begins the end of the bill.</summary>
    public const string Count = "总交易单数";

    private const string Amount = "订单总金额";
    private const string Asked = "申请退款总金额";
    private const string Given = "退款总金额";
    private const string Fee = "手续费总金额";

    private readonly Dictionary<string, long> said = new(StringComparer.Ordinal);
    private string[]? names;
    private long rows;
    private long amountFen;
    private long askedFen;
    private long feeFen;

    public void Add(long amount, long asked, long fee) =>
        (rows, amountFen, askedFen, feeFen) = (rows + 1, amountFen + amount, askedFen + asked, feeFen + fee);

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
                throw new StatementException($"The bill's total {ForeignText.OneLine(names[index], 32)} cannot be read, or stands there twice.");
            }
        }
    }

    public void Check()
    {
        Compare(Count, rows * 100);
        Compare(Amount, amountFen);
        Compare(said.ContainsKey(Asked) ? Asked : Given, askedFen);
        Compare(Fee, feeFen);
    }

    private void Compare(string name, long read)
    {
        if (!said.TryGetValue(name, out var value))
        {
            throw new StatementException($"The bill ends without the total {name}, so it is cut off.");
        }

        if (value != read)
        {
            throw new StatementException($"The bill's total {name} is not that of its lines.");
        }
    }
}
