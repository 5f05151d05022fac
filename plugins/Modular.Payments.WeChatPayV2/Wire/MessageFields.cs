namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// The fields of one message, sorted by name as the signature wants them. All of them, also those that this plugin has never
/// heard of, because WeChat Pay signs what it sends and not what we know. Immutable.
/// </summary>
internal sealed class MessageFields
{
    private readonly KeyValuePair<string, string>[] sorted;

    private MessageFields(KeyValuePair<string, string>[] sorted) => this.sorted = sorted;

    public ReadOnlySpan<KeyValuePair<string, string>> Sorted => sorted;

    /// <summary>Takes the fields of a received message; null and the name when one stands twice.</summary>
    public static MessageFields? OfReceived(List<KeyValuePair<string, string>> fields, out string? duplicate)
    {
        KeyValuePair<string, string>[] sorted = [.. fields];
        duplicate = null;

        // A message has few fields, nearly in order already: insertion beats a general sort and its delegate.
        for (var i = 1; i < sorted.Length; i++)
        {
            var field = sorted[i];
            var at = i;
            var order = 1;
            while (at > 0 && (order = string.CompareOrdinal(sorted[at - 1].Key, field.Key)) > 0)
            {
                sorted[at] = sorted[at - 1];
                at--;
            }

            if (order == 0)
            {
                duplicate = field.Key;
                return null;
            }

            sorted[at] = field;
        }

        return new MessageFields(sorted);
    }

    /// <summary>Makes a message to send. Values become what XML can carry, before they are signed; what is then empty is left out.</summary>
    public static MessageFields ToSend(params IEnumerable<(string Name, string? Value)> fields) => new(
    [
        .. fields
            .Select(field => KeyValuePair.Create(field.Name, XmlText.Clean(field.Value ?? "")))
            .Where(field => field.Value.Length > 0)
            .OrderBy(field => field.Key, StringComparer.Ordinal),
    ]);

    /// <summary>The same message with one field more.</summary>
    public MessageFields With(string name, string value) => ToSend([.. sorted.Select(field => (field.Key, (string?)field.Value)), (name, value)]);

    /// <summary>The value, or null when the field is absent or empty: the signature does not tell the two apart, so neither do we.</summary>
    public string? Text(string name)
    {
        foreach (var (key, value) in sorted)
        {
            if (key == name)
            {
                return value.Length > 0 ? value : null;
            }
        }

        return null;
    }

    public bool Is(string name, string value) => Text(name) == value;
}
