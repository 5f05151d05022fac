using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// Where the cashier for browsers sends the shopper back to. WeChat Pay adds nothing to the address and signs nothing, so it carries
/// our number itself; what comes back with it proves nothing.
/// </summary>
internal static class ReturnLink
{
    private const string Parameter = "payment";

    public static string Of(StartRequest request) => $"{request.ReturnUrl.AbsoluteUri}?{Parameter}={request.PaymentNo}";

    /// <summary>Reads a query that was made by <see cref="Of"/>. Other parameters may have come along; ours may stand once only.</summary>
    public static Verification Read(string query)
    {
        string? number = null;
        foreach (var pair in query.Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            if (name != Parameter)
            {
                continue;
            }

            if (number is not null)
            {
                return Malformed($"The address names {Parameter} twice.");
            }

            number = equals < 0 ? "" : pair[(equals + 1)..];
        }

        return number is { Length: > 0 and <= 32 } && number.All(char.IsAsciiLetterOrDigit)
            ? new Verification.Unsigned(number)
            : Malformed($"The address does not name a {Parameter}.");
    }

    private static Verification.Refused Malformed(string detail) => new(RefusalReason.Malformed, detail);
}
