namespace Modular.Payments.Abstractions.Doctor;

/// <summary>
/// Finds the fault in a message of fields by undoing every known one and asking the signature. First each alone, in the order of
/// <see cref="Causes.All"/>, then the few pairs that belong together in practice. Whatever is found is proved; what changes the
/// meaning of a message in any other way finds nothing.
/// </summary>
public static class FieldDoctor
{
    private const int UsualForms = 80;

    // Two faults of one origin: an input filter or a proxy that does more than one thing.
    private static readonly (string First, string Second)[] Pairs =
    [
        (Causes.DecodedTwice, Causes.PlusBecameSpace),
        (Causes.PlusBecameSpace, Causes.HtmlEscaped),
        (Causes.PlusBecameSpace, Causes.EmptyValueDropped),
        (Causes.HtmlEscaped, Causes.BackslashEscaped),
        (Causes.HtmlEscaped, Causes.EmptyValueDropped),
        (Causes.HtmlEscaped, Causes.ExtraParameter),
        (Causes.ExtraParameter, Causes.PlusBecameSpace),
        (Causes.ExtraParameter, Causes.EmptyValueDropped),
        (Causes.ExtraParameter, Causes.CharsetGbk),
        (Causes.TrimmedValue, Causes.EmptyValueDropped),
        (Causes.TrimmedValue, Causes.ExtraParameter),
    ];

    /// <summary>Whether the signature is right as the message stands; the rule by which it is, else null.</summary>
    public static SigningRule? RuleOf(FieldMessage message, FieldProtocol protocol)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(protocol);
        return message[FieldMessage.Sign] is { Length: > 0 } sign
            ? protocol.Rules.FirstOrDefault(rule => protocol.Verifies(rule.TextOf(message), sign))
            : null;
    }

    /// <summary>The proved cause, or null. The message has been found wrong as it stands.</summary>
    public static Proof? Find(FieldMessage message, FieldProtocol protocol, Trials trials)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(trials);
        return First(Singles(message, protocol), protocol, trials)
            ?? FindBesideSign(message, protocol, trials)
            ?? Pairs.Select(pair => FindPair(message, pair, protocol, trials)).FirstOrDefault(proof => proof is not null);
    }

    /// <summary>
    /// The proved cause among other readings of the bytes, or null: each as it is, and then with its plus signs put back, because
    /// what reads a body in another way hardly ever leaves those alone. A reading that is no other than <paramref name="asReceived"/> is none.
    /// </summary>
    public static Proof? FindReading(IEnumerable<FieldSuspicion> readings, FieldMessage? asReceived, FieldProtocol protocol, Trials trials)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(trials);
        FieldSuspicion[] all = [.. readings.Where(reading => asReceived is null || !reading.Message.Fields.SequenceEqual(asReceived.Fields))];
        return First(all, protocol, trials)
            ?? First(
                all.SelectMany(reading => FieldFaults.All[Causes.PlusBecameSpace](reading.Message, protocol)
                    .Select(plus => plus with { Cause = reading.Cause, When = $"{reading.When} and {plus.When}" })),
                protocol,
                trials);
    }

    /// <summary>The first of the suspicions that the signature proves, or null.</summary>
    public static Proof? First(IEnumerable<FieldSuspicion> suspicions, FieldProtocol protocol, Trials trials)
    {
        ArgumentNullException.ThrowIfNull(suspicions);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(trials);
        foreach (var suspicion in suspicions)
        {
            if (trials.IsOver)
            {
                return null;
            }

            if (Holds(suspicion, protocol, trials) is { } text)
            {
                return new Proof(suspicion.Cause, suspicion.When, text);
            }
        }

        return null;
    }

    // The usual forms of every fault before the rare forms of any, so that few trials go far.
    private static IEnumerable<FieldSuspicion> Singles(FieldMessage message, FieldProtocol protocol) =>
        FieldFaults.All.SelectMany(fault => fault.Value(message, protocol).Take(UsualForms))
            .Concat(FieldFaults.All.SelectMany(fault => fault.Value(message, protocol).Skip(UsualForms)));

    // A signature never has spaces, so whatever else happened, they were plus signs. Where a value was decoded twice, that is what
    // happened to them too, and the cause; beside any other fault the plus signs are one of their own.
    private static Proof? FindBesideSign(FieldMessage message, FieldProtocol protocol, Trials trials) =>
        message[FieldMessage.Sign] is { } sign && sign.Contains(' ', StringComparison.Ordinal)
            ? First(
                Singles(message.With(FieldMessage.Sign, sign.Replace(' ', '+')), protocol).Select(suspicion => suspicion with
                {
                    Cause = suspicion.Cause == Causes.DecodedTwice ? Causes.DecodedTwice : Causes.PlusBecameSpace,
                    When = $"the spaces in sign are plus signs again and {suspicion.When}",
                }),
                protocol,
                trials)
            : null;

    private static Proof? FindPair(FieldMessage message, (string First, string Second) pair, FieldProtocol protocol, Trials trials)
    {
        foreach (var first in FieldFaults.All[pair.First](message, protocol))
        {
            foreach (var second in FieldFaults.All[pair.Second](first.Message, protocol))
            {
                if (trials.IsOver)
                {
                    return null;
                }

                var both = second with { Rule = second.Rule ?? first.Rule };
                if (Holds(both, protocol, trials) is { } text)
                {
                    return new Proof(pair.First, $"{first.When} and {second.When}", text);
                }
            }
        }

        return null;
    }

    private static string? Holds(FieldSuspicion suspicion, FieldProtocol protocol, Trials trials)
    {
        // What is undone must leave a message that nothing else is wrong with.
        var type = suspicion.Message[FieldMessage.SignType];
        if (suspicion.Message[FieldMessage.Sign] is not { Length: > 0 } sign || (type is null ? protocol.NeedsSignType : type != protocol.SignType))
        {
            return null;
        }

        if (protocol.Reads?.Invoke(suspicion.Message) == false)
        {
            return null;
        }

        foreach (var rule in suspicion.Rule is { } own ? [own] : protocol.Rules)
        {
            var text = rule.TextOf(suspicion.Message);
            if (trials.Try(text, sign, protocol.Verifies))
            {
                return ByteText.Display(text);
            }
        }

        return null;
    }
}
