using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// Where the browser comes back to from the H5 cashier. WeChat Pay signs nothing there and comes back whatever happened, so
/// the address carries the payment's number and proves nothing.
/// </summary>
internal static class ReturnAddress
{
    private const string Parameter = "payment";
    private const int MaxQuery = 4096;

    /// <summary>The cashier's address with our return address in it.</summary>
    public static Uri Append(string cashier, StartRequest request)
    {
        var comeBack = $"{request.ReturnUrl.AbsoluteUri}?{Parameter}={request.PaymentNo}";
        return new Uri($"{cashier}{(cashier.Contains('?', StringComparison.Ordinal) ? '&' : '?')}redirect_url={Uri.EscapeDataString(comeBack)}");
    }

    /// <summary>The number in the query of the returning browser; other parameters do not matter.</summary>
    public static Verification Read(string query)
    {
        if (query.Length > MaxQuery)
        {
            return Malformed($"The query is longer than {MaxQuery} characters.");
        }

        string? number = null;
        foreach (var pair in query.Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || Uri.UnescapeDataString(pair[..equals]) != Parameter)
            {
                continue;
            }

            if (number is not null)
            {
                return Malformed($"The parameter {Parameter} stands twice.");
            }

            number = pair[(equals + 1)..];
        }

        return number is { Length: >= 1 and <= 32 } && number.All(char.IsAsciiLetterOrDigit)
            ? new Verification.Unsigned(number)
            : Malformed($"The query does not name a payment: {Parameter} is missing or is not 1 to 32 letters and digits.");
    }

    private static Verification.Refused Malformed(string detail) => new(RefusalReason.Malformed, detail);
}
