using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Modular.Kernel;
using Modular.Payments.Abstractions;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>
/// Turns requests into what the inbox keeps of them, and back. Verified notifications are always kept; what anybody can make, refused
/// messages and returns, within <see cref="RefusalBudgets"/>. Thread-safe.
/// </summary>
internal sealed class InboxRecorder(IDataProtectionProvider protection, TimeProvider time)
{
    // A refused message keeps this much of its body; enough to explain any real notification.
    private const int MaxRefusedBytes = 16 * 1024;

    private readonly IDataProtector protector = protection.CreateProtector("Modular.Inbox.v1");
    private readonly RefusalBudgets refusals = new(time);

    // Apart from the refusals, so that neither takes the other's place.
    private readonly RefusalBudgets returns = new(time);

    /// <summary>A verified notification.</summary>
    public ReceivedMessage Accepted(Received received) => Message(received, received.Request.Body.Length);

    /// <summary>A return that names a payment; null when its sender, or all senders, came back so often lately that this one is not kept.</summary>
    public ReceivedMessage? Returned(Received received, NumberHints hints) =>
        received.IsKept || returns.TryTake(received.Instance, received.SourceAddress) ? Named(Message(received, MaxRefusedBytes), hints) : null;

    /// <summary>A refused message; null when its sender, or all senders, had so many refused lately that this one is only counted.</summary>
    public ReceivedMessage? Refused(Received received, string reason, Explanation explanation, NumberHints hints) =>
        received.IsKept || refusals.TryTake(received.Instance, received.SourceAddress)
            ? Named(Message(received, MaxRefusedBytes), hints) with
            {
                RefusedBecause = reason,
                Detail = Shorten(explanation.Detail),
                // A plugin may have causes of its own, and none of them may keep the message from being recorded.
                Cause = explanation.Cause is { Length: <= 32 } cause && ReportRules.IsPrintable(cause) ? cause : null,
            }
            : null;

    /// <summary>
    /// A message that nobody could judge now; null as for a refused one. <paramref name="verdict"/> is <see cref="Plan.Undecided"/> or
    /// <see cref="Plan.OutOfService"/>.
    /// </summary>
    public ReceivedMessage? Unjudged(Received received, string verdict, string detail, NumberHints hints) =>
        received.IsKept || refusals.TryTake(received.Instance, received.SourceAddress)
            ? Named(Message(received, MaxRefusedBytes), hints) with { Unjudged = verdict, Detail = Shorten(detail) }
            : null;

    /// <summary>The request that was kept; null when the shop's keys cannot open it any more.</summary>
    public (RawRequest Request, bool IsWhole)? Open(InboxMessage message)
    {
        try
        {
            return Envelope.Read(protector.Unprotect(Base64Url.DecodeFromChars(message.Envelope)), message.ReceivedAt);
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static string Hash(string instance, string kind, RawRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{instance}\n{kind}\n{request.Query}\n"));
        hash.AppendData(request.Body.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // The plugin has bounded them; a plugin may be wrong.
    private static ReceivedMessage Named(ReceivedMessage message, NumberHints hints) =>
        message with { PaymentNoHint = Usable(hints.PaymentNo), ProviderTradeNoHint = Usable(hints.ProviderTradeNo) };

    private static string? Usable(string? number) => number is { Length: >= 1 and <= 64 } && ReportRules.IsPrintable(number) ? number : null;

    private static string Shorten(string detail) => StoredText.Cut(detail, 512);

    private ReceivedMessage Message(Received received, int maxBody) => new()
    {
        ContentHash = Hash(received.Instance, received.Kind, received.Request),
        Kind = received.Kind,
        ReceivedAt = received.Request.ReceivedAt ?? time.UtcNow(),
        SourceAddress = received.SourceAddress,
        Copies = received.IsKept ? 0 : 1,
        AnswerStatus = received.AnswerStatus,
        Elapsed = () => (int)Math.Clamp(time.GetElapsedTime(received.StartedAt).TotalMilliseconds, 0, int.MaxValue),
        // The alphabet for addresses, because the other one's plus signs would be escaped in the statement's JSON.
        Envelope = () => Base64Url.EncodeToString(protector.Protect(Envelope.Write(received.Request, maxBody))),
    };
}

/// <summary>A request on its way into the inbox.</summary>
/// <param name="Instance">The provider instance that it came to.</param>
/// <param name="Kind"><c>notify</c> or <c>return</c>.</param>
/// <param name="Request">The request.</param>
/// <param name="SourceAddress">Who sent it.</param>
/// <param name="StartedAt">The clock's timestamp from which its duration counts.</param>
/// <param name="AnswerStatus">The status of the answer to it when it is accepted, or not.</param>
/// <param name="IsKept">It comes out of the inbox to be processed again, and has arrived only once.</param>
internal sealed record Received(
    string Instance, string Kind, RawRequest Request, string? SourceAddress, long StartedAt, Func<bool, int> AnswerStatus, bool IsKept);

/// <summary>The numbers that a message names which brings no report. People find it by them, and they may have a payment asked about.</summary>
internal readonly record struct NumberHints(string? PaymentNo, string? ProviderTradeNo);

/// <summary>What the texts of a report must look like before they are compared or stored.</summary>
internal static class ReportRules
{
    /// <summary>Why a plugin's report cannot be used; null when it can.</summary>
    public static string? Problem(PaymentReport report) => report switch
    {
        { PaymentNo: not { Length: >= 1 and <= 64 } } => "The payment number is empty or longer than 64 characters.",
        { ProviderTradeNo: { Length: 0 or > 64 } } => "The provider's number is empty or longer than 64 characters.",
        { ProviderState: { Length: > 64 } } => "The provider's state is longer than 64 characters.",
        _ when !IsPrintable(report.PaymentNo) || !IsPrintable(report.ProviderTradeNo) || !IsPrintable(report.ProviderState) => "A number or state holds other characters than printable ASCII.",
        { Account: null } => "The report names no account object.",
        _ => null,
    };

    public static bool IsPrintable(string? text) => text is null || !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
