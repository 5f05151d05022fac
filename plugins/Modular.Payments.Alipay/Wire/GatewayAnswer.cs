using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Wire;

/// <summary>What came of a call. The hierarchy is closed.</summary>
internal abstract record GatewayAnswer
{
    private GatewayAnswer()
    {
    }

    /// <summary>Nothing was found out.</summary>
    /// <param name="Detail">One sentence for the operator.</param>
    /// <param name="SubCode">The <c>sub_code</c> of an unsigned answer; a hint for people, and never decided upon.</param>
    /// <param name="IsSignedByAnother">Whether there was a signature, of another key than the configured one.</param>
    internal sealed record Unknown(string Detail, string SubCode = "", bool IsSignedByAnother = false) : GatewayAnswer;

    /// <summary>Alipay answered and signed it.</summary>
    internal sealed record Verified(IReadOnlyDictionary<string, string> Fields) : GatewayAnswer
    {
        public string Code => Fields.GetValueOrDefault("code", "");

        public string SubCode => Fields.GetValueOrDefault("sub_code", "");

        public bool IsSuccess => Code == "10000";

        /// <summary>
        /// Alipay could not find out itself, or was asked too often: its own fault (<c>isp.</c>, <c>aop.unknow-error</c>, SYSTEM_ERROR)
        /// and not the request's. Codes that are not known count here too, because guessing "refused" may lose a payment.
        /// </summary>
        public bool IsUnsure =>
            Code is not ("10000" or "20001" or "40001" or "40002" or "40003" or "40004" or "40006")
            || SubCode.EndsWith("SYSTEM_ERROR", StringComparison.Ordinal)
            || SubCode.StartsWith("isp.", StringComparison.Ordinal)
            || SubCode == "aop.unknow-error";

        /// <summary>The code and what Alipay says of it, on one line and short enough for a log.</summary>
        public string Complaint
        {
            get
            {
                var text = string.Join(' ', new[] { Code, SubCode, Fields.GetValueOrDefault("sub_msg") ?? Fields.GetValueOrDefault("msg") ?? "" }.Where(part => part.Length > 0));
                return text.Length == 0 ? "nothing" : ForeignText.Quote(text, 300);
            }
        }

        public string? Text(string name) => Fields.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

        /// <summary>
        /// Whether the answer is about <paramref name="paymentNo"/>. A success must name it; a failure need not, but may not name another.
        /// </summary>
        public bool IsAbout(string paymentNo) => Text("out_trade_no") is { } named ? named == paymentNo : !IsSuccess;
    }
}
