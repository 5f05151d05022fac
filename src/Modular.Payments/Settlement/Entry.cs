using Modular.Payments.Abstractions;

namespace Modular.Payments.Settlement;

/// <summary>
/// One thing to be stored by settlement: a report, a message that was received, or a message with the report in it.
/// </summary>
/// <param name="Instance">The name of the provider instance that it came through.</param>
/// <param name="Account">The instance's own account.</param>
/// <param name="Source">What brought it.</param>
/// <param name="Report">What it says of a payment; null when a message is only to be recorded.</param>
/// <param name="Message">The message to be recorded; null when nothing was received (a query).</param>
internal sealed record Entry(string Instance, ProviderAccount Account, ReportSource Source, PaymentReport? Report, ReceivedMessage? Message);

/// <summary>A notification or return as it is kept in the inbox.</summary>
internal sealed record ReceivedMessage
{
    /// <summary>Names the content: the same bytes at the same instance give the same hash.</summary>
    public required string ContentHash { get; init; }

    public required string Kind { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string? SourceAddress { get; init; }

    /// <summary>Makes the whole request, protected, because it holds a signature and personal data. Called when the message is written; a repeated one never is.</summary>
    public required Func<string> Envelope { get; init; }

    /// <summary>The plugin's refusal; null when it verified the message.</summary>
    public string? RefusedBecause { get; init; }

    /// <summary>The verdict on a message that nobody could judge, <see cref="Plan.Undecided"/> or <see cref="Plan.OutOfService"/>; null when the plugin judged it.</summary>
    public string? Unjudged { get; init; }

    /// <summary>One sentence about the refusal, or why nobody could judge it.</summary>
    public string? Detail { get; init; }

    /// <summary>The proved cause of the refusal, as a code.</summary>
    public string? Cause { get; init; }

    /// <summary>How many arrivals it stands for: none when an operator has a kept message processed again.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>The HTTP status of the answer to a message that is accepted, or not; asked when the message is written.</summary>
    public required Func<bool, int> AnswerStatus { get; init; }

    /// <summary>Tells how long it has been worked on, in milliseconds; asked when the message is written.</summary>
    public required Func<int> Elapsed { get; init; }

    /// <summary>The payment that a message names which brings no report: a return, or something unverified.</summary>
    public string? PaymentNoHint { get; init; }

    /// <summary>The provider's number that such a message names.</summary>
    public string? ProviderTradeNoHint { get; init; }
}

/// <summary>What became of an entry.</summary>
/// <param name="Status">The payment's state now; null when no payment was found.</param>
internal sealed record Outcome(Effect Effect, string? Reason = null, string? OrderNo = null, PaymentStatus? Status = null);
