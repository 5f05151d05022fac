using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Turns answers of the gateway into ours. An answer about another payment is unknown, whatever it says.</summary>
/// <remarks>
/// Of payments Alipay signs what <c>single_trade_query</c> says about a trade, and nothing else: an error, and the answer to <c>close_trade</c>, come
/// unsigned. What a trade is, is therefore believed by its signature alone. Of the unsigned words exactly three are
/// taken on the word of the encrypted connection to the configured address: <c>TRADE_NOT_EXIST</c>, that a payment was closed, and that
/// its state does not allow to close it. Without the first the shop could never tell an abandoned payment from one it cannot reach,
/// and would ask for ever. None of them can make a payment paid or lose one: the host goes on asking about what is not found until the
/// payment has expired, money that comes for what was closed goes through its door, and a state that forbids closing makes it ask.
/// What is taken of refunds and of the account's log is told at <see cref="RefundAnswers"/> and <see cref="AccountPage"/>.
/// </remarks>
internal static class Answers
{
    private const string Trade = "response/trade";
    private const int MaxAntiPhishingKey = 256;

    /// <summary>The answer to <c>single_trade_query</c>. Amounts are yuan, times +08:00. The seller is reported as far as the trade names it.</summary>
    public static QueryAnswer OfQuery(GatewayAnswer answer, string paymentNo, AlipayDirectSettings settings)
    {
        if (Doubt(answer, "out_trade_no", paymentNo, settings, out var xml) is { } doubt)
        {
            return new QueryAnswer.Unknown(doubt);
        }

        if (!IsSuccess(xml))
        {
            return Error(xml) == "TRADE_NOT_EXIST"
                ? new QueryAnswer.Known(new PaymentReport
                {
                    PaymentNo = paymentNo,
                    State = ReportedState.NotFound,
                    Account = new ProviderAccount(null, null),
                    ProviderState = "TRADE_NOT_EXIST",
                })
                : new QueryAnswer.Unknown(Complaint(xml));
        }

        if (Mistrust(xml, settings.Signer) is { } mistrust)
        {
            return new QueryAnswer.Unknown(mistrust);
        }

        var status = xml.Text($"{Trade}/trade_status");
        return xml.Text($"{Trade}/out_trade_no") != paymentNo ? new QueryAnswer.Unknown("Alipay's answer is about another payment than was asked for.")
            : Reports.StateOf(status) is not { } state ? new QueryAnswer.Unknown($"Alipay's answer has a trade_status that says nothing about the money: {ForeignText.Quote(status ?? "none", 32)}.")
            : new QueryAnswer.Known(new PaymentReport
            {
                PaymentNo = paymentNo,
                State = state,
                Account = new ProviderAccount(xml.Text($"{Trade}/seller_id"), null),
                Amount = Reports.Amount(xml.Text($"{Trade}/total_fee")),
                ProviderTradeNo = xml.Text($"{Trade}/trade_no"),
                PaidAt = state == ReportedState.Paid ? BeijingTime.Read(xml.Text($"{Trade}/gmt_payment")) : null,
                ProviderState = status,
            });
    }

    /// <summary>
    /// The answer to <c>close_trade</c>. Of a payment whose state does not allow it Alipay does not say whether it is paid or closed already.
    /// <see cref="CloseAnswer.AlreadyPaid"/> is the safe one of the two, because the host then asks and believes the query alone.
    /// </summary>
    public static CloseAnswer OfClose(GatewayAnswer answer, string paymentNo, AlipayDirectSettings settings) =>
        Doubt(answer, "out_order_no", paymentNo, settings, out var xml) is { } doubt ? new CloseAnswer.Unknown(doubt)
        : IsSuccess(xml) ? new CloseAnswer.Closed()
        : Error(xml) switch
        {
            "TRADE_NOT_EXIST" => new CloseAnswer.NotFound(),
            // Alipay's own spelling, and the one that it uses elsewhere.
            "TRADE_STATUS_NOT_AVAILD" or "TRADE_STATUS_NOT_AVAILABLE" or "TRADE_STATUS_ERROR" => new CloseAnswer.AlreadyPaid(),
            _ => new CloseAnswer.Unknown(Complaint(xml)),
        };

    /// <summary>The answer to <c>query_timestamp</c>: the key, or a problem. It is not verified, because a wrong key only makes Alipay refuse the payment.</summary>
    public static (string? Key, string? Problem) OfTimestamp(GatewayAnswer answer)
    {
        if (answer is not GatewayAnswer.Read { Xml: var xml })
        {
            return (null, ((GatewayAnswer.Unknown)answer).Detail);
        }

        return !IsSuccess(xml) ? (null, Complaint(xml))
            : xml.Text("response/timestamp/encrypt_key") is { Length: <= MaxAntiPhishingKey } key && key.All(c => c is > ' ' and < '\x7f' and not '&') ? (key, null)
            : (null, "Alipay's answer holds no key against phishing.");
    }

    /// <summary>Whether the gateway did what was asked.</summary>
    public static bool IsSuccess(AnswerXml xml) => xml.Text("is_success") == "T";

    /// <summary>The code of a failure, which says F and a code; anything in between is neither a success nor an error.</summary>
    public static string? Error(AnswerXml xml) => xml.Text("is_success") == "F" ? xml.Text("error") : null;

    /// <summary>Why the answer cannot be about this payment, or null with the answer. What it repeats of our request must be what we sent.</summary>
    public static string? Doubt(GatewayAnswer answer, string numberName, string paymentNo, AlipayDirectSettings settings, out AnswerXml xml)
    {
        xml = null!;
        if (answer is not GatewayAnswer.Read read)
        {
            return ((GatewayAnswer.Unknown)answer).Detail;
        }

        xml = read.Xml;
        return xml.Text($"request/{numberName}") is { } number && number != paymentNo ? "Alipay's answer is about another payment than was asked for."
            : xml.Text("request/partner") is { } partner && partner != settings.Partner ? "Alipay's answer is for another partner than Partner."
            : null;
    }

    /// <summary>Why the trade is not believed, or null: its fields, sorted and without empty ones, are signed like a message's.</summary>
    public static string? Mistrust(AnswerXml xml, Signer signer)
    {
        if (xml.Text("sign") is not { } sign)
        {
            return "Alipay's answer is not signed.";
        }

        if (xml.Text("sign_type") != signer.Name)
        {
            return $"Alipay's answer does not name the sign_type {signer.Name}.";
        }

        var text = string.Join('&', xml.Below(Trade).Where(field => field.Value.Length > 0).Select(field => $"{field.Key}={field.Value}"));
        try
        {
            return signer.IsAuthentic(xml.Charset.Encoding.GetBytes(text), Encoding.UTF8.GetBytes(sign))
                ? null
                : $"Alipay's answer is signed, but not with {signer.KeyName}.";
        }
        catch (EncoderFallbackException)
        {
            return "Alipay's answer holds a character that its own encoding does not have.";
        }
    }

    /// <summary>The failure as a sentence for the operator.</summary>
    public static string Complaint(AnswerXml xml) => Complaint(Error(xml));

    /// <summary>The same for a code alone; null when there was none.</summary>
    public static string Complaint(string? error)
    {
        var code = ForeignText.Quote(error ?? "nothing", 64);
        return code switch
        {
            "ILLEGAL_SIGN" or "ILLEGAL_SIGN_TYPE" or "HAS_NO_PUBLICKEY" => $"Alipay says {code}: check SignType, the key that belongs to it, and InputCharset.",
            "ILLEGAL_PARTNER" => $"Alipay says {code}: check Partner.",
            "ILLEGAL_PARTNER_EXTERFACE" or "ILLEGAL_EXTERFACE" or "HAS_NO_PRIVILEGE" or "HASH_NO_PRIVILEGE" => $"Alipay says {code}: the contract does not include this service, ask Alipay for it.",
            _ => $"Alipay says {code}.",
        };
    }
}
