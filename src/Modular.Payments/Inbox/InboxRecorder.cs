using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Modular.Kernel;
using Modular.Payments.Abstractions;
using Modular.Payments.Settlement;

namespace Modular.Payments;

/// <summary>
/// Turns requests into what the inbox keeps of them, and sees to it that strangers cannot fill the disk: refused messages
/// have a budget per instance, verified ones are always kept. Thread-safe.
/// </summary>
internal sealed class InboxRecorder(IDataProtectionProvider protection, TimeProvider time)
{
    // A refused message keeps this much of its body; enough to explain any real notification.
    private const int MaxRefusedBytes = 16 * 1024;

    private readonly IDataProtector protector = protection.CreateProtector("Modular.Inbox.v1");
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, RefusalBudget> budgets = new();

    /// <summary>A verified message.</summary>
    public ReceivedMessage Accepted(string instance, string kind, RawRequest request, string? sourceAddress) =>
        Message(instance, kind, request, sourceAddress, request.Body);

    /// <summary>A refused message; null when the instance has refused so many lately that this one is only counted.</summary>
    public ReceivedMessage? Refused(string instance, string kind, RawRequest request, string? sourceAddress, string reason, string detail, string? paymentNoHint)
    {
        if (!budgets.GetOrAdd(instance, _ => new RefusalBudget(time)).TryTake())
        {
            return null;
        }

        var body = request.Body.Length > MaxRefusedBytes ? request.Body[..MaxRefusedBytes] : request.Body;
        return Message(instance, kind, request, sourceAddress, body) with
        {
            RefusedBecause = reason,
            Detail = detail.Length > 512 ? detail[..512] : detail,
            PaymentNoHint = paymentNoHint is { Length: <= 64 } && ReportRules.IsPrintable(paymentNoHint) ? paymentNoHint : null,
        };
    }

    private static string Hash(string instance, string kind, RawRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{instance}\n{kind}\n{request.Query}\n"));
        hash.AppendData(request.Body.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private ReceivedMessage Message(string instance, string kind, RawRequest request, string? sourceAddress, ReadOnlyMemory<byte> body) => new()
    {
        ContentHash = Hash(instance, kind, request),
        Kind = kind,
        ReceivedAt = time.UtcNow(),
        SourceAddress = sourceAddress,
        // The alphabet for addresses, because the other one's plus signs would be escaped in the statement's JSON.
        Envelope = () => Base64Url.EncodeToString(protector.Protect(Envelope(request, body.Span))),
    };

    // Laid out like the request itself: request line, headers, an empty line, the body.
    private static byte[] Envelope(RawRequest request, ReadOnlySpan<byte> body)
    {
        var head = new StringBuilder(512).Append(request.Method).Append(" ?").Append(request.Query).Append('\n');
        foreach (var (name, value) in request.Headers)
        {
            head.Append(name).Append(": ").Append(value).Append('\n');
        }

        head.Append('\n');
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. body];
    }

    /// <summary>A bucket of refusals that fills again by one a second.</summary>
    private sealed class RefusalBudget(TimeProvider time)
    {
        private const int Capacity = 1000;

        private readonly Lock gate = new();
        private double left = Capacity;
        private long filledAt = time.GetTimestamp();

        public bool TryTake()
        {
            lock (gate)
            {
                var now = time.GetTimestamp();
                left = Math.Min(Capacity, left + time.GetElapsedTime(filledAt, now).TotalSeconds);
                filledAt = now;
                if (left < 1)
                {
                    return false;
                }

                left--;
                return true;
            }
        }
    }
}

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
