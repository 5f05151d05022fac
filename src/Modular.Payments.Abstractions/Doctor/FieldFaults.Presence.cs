using System.Collections.Immutable;

namespace Modular.Payments.Abstractions.Doctor;

// What was cut off, dropped or added.
internal static partial class FieldFaults
{
    // The ideographic space is what Chinese keyboards write.
    private static readonly string[] Edges = [" ", "  ", "\t", "\n", "\r\n", "\u3000"];

    private static IEnumerable<FieldSuspicion> PutWhiteSpaceBack(FieldMessage message, FieldProtocol protocol)
    {
        var charset = protocol.CharsetOf(message);
        int[] places = [.. Enumerable.Range(0, message.Fields.Length).Where(index => message.Fields[index].Name is not (FieldMessage.Sign or FieldMessage.SignType))];
        foreach (var edge in Edges.Select(edge => ByteText.Encode(edge, charset)).OfType<string>())
        {
            foreach (var pad in (Func<string, string>[])[value => value + edge, value => edge + value, value => edge + value + edge])
            {
                foreach (var index in places)
                {
                    var (name, value) = message.Fields[index];
                    yield return new FieldSuspicion(Causes.TrimmedValue, message.With(index, pad(value)), $"the value of {Quoted(name)} has white space at its end or beginning again");
                }
            }
        }
    }

    private static IEnumerable<FieldSuspicion> PutEmptyValuesBack(FieldMessage message, FieldProtocol protocol)
    {
        // The protocol may leave empty values out of the text, and the signer may have counted them.
        var rule = protocol.Rules[0] with { WithEmptyValues = true };
        var present = message.Fields.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        if (!protocol.Rules.Any(accepted => accepted.WithEmptyValues) && message.Fields.Any(field => field.Value.Length == 0))
        {
            yield return new FieldSuspicion(Causes.EmptyValueDropped, message, "fields without a value are counted", rule);
        }

        string[] absent = [.. protocol.MayBeEmpty.Where(name => !present.Contains(name))];
        foreach (var name in absent)
        {
            yield return new FieldSuspicion(Causes.EmptyValueDropped, message.With(name, ""), $"the empty value of {name} is put back", rule);
        }

        for (var i = 0; i < absent.Length; i++)
        {
            for (var j = i + 1; j < absent.Length; j++)
            {
                yield return new FieldSuspicion(
                    Causes.EmptyValueDropped, message.With(absent[i], "").With(absent[j], ""), $"the empty values of {absent[i]} and {absent[j]} are put back", rule);
            }
        }
    }

    // Unknown names first and in every combination, then any single one, because a known name may be added as well.
    private static IEnumerable<FieldSuspicion> TakeParametersOut(FieldMessage message, FieldProtocol protocol)
    {
        int[] unknown = [.. Enumerable.Range(0, message.Fields.Length).Where(index => !protocol.Knows(message.Fields[index].Name))];
        int[] known = [.. Enumerable.Range(0, message.Fields.Length).Except(unknown).Where(index => message.Fields[index].Name is not (FieldMessage.Sign or FieldMessage.SignType))];
        foreach (var subset in Subsets(unknown).Concat(known.Select(index => ImmutableArray.Create(index))))
        {
            var rest = subset.OrderDescending().Aggregate(message, (current, index) => current.Without(index));
            var names = subset.Select(index => message.Fields[index].Name).ToArray();
            yield return new FieldSuspicion(
                Causes.ExtraParameter, rest, names.Length == 1 ? $"the parameter {Quoted(names[0])}{Origin(names[0], message)} is taken out" : $"the parameters {List(names)} are taken out");
        }
    }

    private static string Origin(string name, FieldMessage message) =>
        message.Fields.Count(field => field.Name == name) > 1 ? ", which stands twice,"
        : FrameworkParameters.OwnerOf(name) is { } owner ? $" (of {owner})"
        : "";

    private static IEnumerable<FieldSuspicion> SignSignType(FieldMessage message, FieldProtocol protocol) =>
        protocol.Rules.Where(rule => !rule.WithSignType).Select(rule =>
            new FieldSuspicion(Causes.SignTypeIncluded, message, "sign_type takes part", rule with { WithSignType = true }));

    private static IEnumerable<FieldSuspicion> PutSignTypeBack(FieldMessage message, FieldProtocol protocol)
    {
        if (message[FieldMessage.SignType] is not null)
        {
            return protocol.Rules.Where(rule => rule.WithSignType).Select(rule =>
                new FieldSuspicion(Causes.SignTypeExcluded, message, "sign_type takes no part", rule with { WithSignType = false }));
        }

        return [new FieldSuspicion(Causes.SignTypeExcluded, message.With(FieldMessage.SignType, protocol.SignType), "the missing sign_type is put back")];
    }

    private static IEnumerable<FieldSuspicion> CorrectSignType(FieldMessage message, FieldProtocol protocol)
    {
        if (message[FieldMessage.SignType] is { } named && named != protocol.SignType)
        {
            yield return new FieldSuspicion(Causes.SignTypeWrong, message.With(FieldMessage.SignType, protocol.SignType), $"sign_type is {protocol.SignType}");
        }
    }
}
