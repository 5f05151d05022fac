using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>What an answer that proves nothing may say about the key; a hint for people, and never decided upon.</summary>
internal enum Doubt
{
    /// <summary>Nothing.</summary>
    Other,

    /// <summary>WeChat Pay says, unsigned, that our signature is wrong.</summary>
    OurSignature,

    /// <summary>The answer's own signature is missing or wrong.</summary>
    TheirSignature,
}

/// <summary>What came of a call. The hierarchy is closed.</summary>
internal abstract record GatewayAnswer
{
    private GatewayAnswer()
    {
    }

    /// <summary>Nothing was found out.</summary>
    /// <param name="Detail">One sentence for the operator.</param>
    /// <param name="Doubt">What is wrong with the key, as far as that can be told.</param>
    internal sealed record Unknown(string Detail, Doubt Doubt = Doubt.Other) : GatewayAnswer;

    /// <summary>WeChat Pay answered, signed it, and means this account.</summary>
    internal sealed record Verified(MessageFields Fields) : GatewayAnswer
    {
        public bool IsSuccess => Fields.Is("result_code", "SUCCESS");

        /// <summary>The business error in one spelling: older and newer documents write ORDERPAID and ORDER_PAID. Empty for a success.</summary>
        public string ErrorCode => IsSuccess ? "" : (Fields.Text("err_code") ?? "").Replace("_", "", StringComparison.Ordinal);

        /// <summary>The code as WeChat Pay wrote it and what it says of it, short enough for a log.</summary>
        public string Complaint
        {
            get
            {
                var text = string.Join(' ', new[] { Fields.Text("err_code"), Fields.Text("err_code_des") }.Where(part => part is not null));
                return text.Length > 0 ? ForeignText.Quote(text, 300) : "nothing";
            }
        }

        /// <summary>Whether the answer may be about <paramref name="paymentNo"/>: not every answer names a number, but none may name another.</summary>
        public bool MayBeAbout(string paymentNo) => Fields.Text("out_trade_no") is not { } named || named == paymentNo;
    }
}
