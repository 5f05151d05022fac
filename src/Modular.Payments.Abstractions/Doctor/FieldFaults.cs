namespace Modular.Payments.Abstractions.Doctor;

/// <summary>
/// The known faults of messages of fields, each as its undoing: from the message as received to the messages that it may have been.
/// The signature decides which of them it was, if any.
/// </summary>
internal static partial class FieldFaults
{
    /// <summary>Undoes one fault, in every way in which it is known to happen.</summary>
    public delegate IEnumerable<FieldSuspicion> Undoing(FieldMessage message, FieldProtocol protocol);

    /// <summary>By cause, in the order of <see cref="Causes.All"/>.</summary>
    public static OrderedDictionary<string, Undoing> All { get; } = new()
    {
        [Causes.PlusBecameSpace] = PlusSigns,
        [Causes.DecodedTwice] = EncodeAgain,
        [Causes.NotDecoded] = DecodeAgain,
        [Causes.HtmlEscaped] = UnescapeHtml,
        [Causes.BackslashEscaped] = RemoveBackslashes,
        [Causes.TrimmedValue] = PutWhiteSpaceBack,
        [Causes.EmptyValueDropped] = PutEmptyValuesBack,
        [Causes.ExtraParameter] = TakeParametersOut,
        [Causes.SignTypeIncluded] = SignSignType,
        [Causes.SignTypeExcluded] = PutSignTypeBack,
        [Causes.SignTypeWrong] = CorrectSignType,
        [Causes.CultureSort] = SortByLanguage,
        [Causes.NotSorted] = LeaveUnsorted,
        [Causes.CharsetGbk] = (message, protocol) => Recode(message, protocol, Causes.CharsetGbk),
        [Causes.CharsetUtf8] = (message, protocol) => Recode(message, protocol, Causes.CharsetUtf8),
        [Causes.CharsetLatin1] = Ungarble,
    };

    /// <summary>Every value changed at once, and then each alone; changes that change nothing are left out.</summary>
    private static IEnumerable<FieldSuspicion> AllThenEach(string cause, FieldMessage message, Func<string, string?> change, string when)
    {
        var changed = Enumerable.Range(0, message.Fields.Length)
            .Select(index => (Index: index, message.Fields[index].Name, Value: change(message.Fields[index].Value)))
            .Where(field => field.Value is not null && field.Value != message.Fields[field.Index].Value)
            .ToArray();
        if (changed.Length > 1)
        {
            var all = changed.Aggregate(message, (current, field) => current.With(field.Index, field.Value!));
            yield return new FieldSuspicion(cause, all, $"the values of {List(changed.Select(field => field.Name))} are {when}");
        }

        foreach (var (index, name, value) in changed)
        {
            yield return new FieldSuspicion(cause, message.With(index, value!), $"the value of {Quoted(name)} is {when}");
        }
    }

    private static string List(IEnumerable<string> names)
    {
        var quoted = names.Select(Quoted).ToArray();
        return quoted.Length <= 4 ? string.Join(" and ", quoted) : $"{string.Join(", ", quoted.Take(3))} and {quoted.Length - 3} more";
    }

    // A name comes from whoever sent the message; only the harmless part of it is repeated.
    private static string Quoted(string name) =>
        string.Concat(name.Take(40).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '[' or ']' ? c : '?'));
}
