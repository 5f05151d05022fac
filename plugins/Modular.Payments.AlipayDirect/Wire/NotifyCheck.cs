using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// Asks Alipay whether a message came from it (<c>notify_verify</c>): the second half of the gateway's authenticity, beside the signature.
/// Nothing but the plain word <c>true</c> lets a message pass. <c>false</c> and <c>invalid</c> refuse it; a silence, an error or a page of HTML
/// decides nothing, and Alipay sends the notification again.
/// </summary>
internal sealed class NotifyCheck(AlipayDirectSettings settings, HttpClient http, TimeProvider time)
{
    // The answers have at most seven letters; a page of HTML is larger and is not worth reading to its end.
    private const int MaxAnswerBytes = 4 * 1024;

    /// <summary>How long a notification waits: the shop gives four seconds for everything, and storing takes some of it.</summary>
    public static readonly TimeSpan NotificationBudget = TimeSpan.FromMilliseconds(2500);

    /// <summary>How long a returning shopper waits; the shop asks about the payment itself right after.</summary>
    public static readonly TimeSpan ReturnBudget = TimeSpan.FromMilliseconds(1500);

    /// <summary>The message's verdict, which stays verified only when Alipay confirms it within <paramref name="budget"/>.</summary>
    public ValueTask<Verification> ConfirmAsync(ReadMessage message, TimeSpan budget, CancellationToken cancellationToken) =>
        message.AwaitsConfirmation
            ? AskAsync(message, message.NotifyId!, budget, cancellationToken)
            : ValueTask.FromResult(message.Verdict);

    private async ValueTask<Verification> AskAsync(ReadMessage message, string notifyId, TimeSpan budget, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(budget, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var question = new HttpRequestMessage(HttpMethod.Get, Address(notifyId));
        string? problem;
        ReadOnlyMemory<byte> answer = default;
        try
        {
            (answer, problem) = await Transport.SendAsync(http, question, MaxAnswerBytes, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            problem = Transport.TooSlow;
        }

        return problem is not null ? Undecided(message, $"The signature is right, but whether Alipay sent the message is not known. {problem}") : Judge(answer.Span, message);
    }

    private static Verification Judge(ReadOnlySpan<byte> answer, in ReadMessage message)
    {
        var word = answer[Ascii.Trim(answer)];
        return word.SequenceEqual("true"u8) ? message.Verdict
            : word.SequenceEqual("false"u8) ? Refused(message, "Alipay says that it did not send the message or that its notify_id has expired.")
            : word.SequenceEqual("invalid"u8) ? Refused(message, "Alipay does not know the notify_id for this partner: the message was acknowledged before, belongs to another partner, or Partner is wrong.")
            : Undecided(message, "The signature is right, but to whether it sent the message Alipay answered neither true, false nor invalid.");
    }

    private static Verification.Refused Refused(in ReadMessage message, string detail) =>
        new(RefusalReason.Stale, detail) { PaymentNoHint = message.PaymentNoHint, ProviderTradeNoHint = message.TradeNoHint };

    private static Verification.Undecided Undecided(in ReadMessage message, string detail) =>
        new(detail) { PaymentNoHint = message.PaymentNoHint, ProviderTradeNoHint = message.TradeNoHint };

    // The notify_id was decoded once and is encoded once: some hold percent signs of their own.
    private Uri Address(string notifyId)
    {
        var address = new StringBuilder(settings.Gateway.AbsoluteUri, 256).Append("?service=notify_verify&partner=").Append(settings.Partner).Append("&notify_id=");
        PercentEncoding.Append(address, Encoding.ASCII.GetBytes(notifyId));
        return new Uri(address.ToString());
    }
}
