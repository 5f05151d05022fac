using System.Collections.Immutable;
using System.Text;

namespace Modular.Payments.Abstractions.Doctor;

/// <summary>One field of a message, decoded as the plugin decodes it; name and value are <see cref="ByteText"/>.</summary>
public readonly record struct Field(string Name, string Value);

/// <summary>The fields of a message in the order received; a name may stand twice, because that may be the fault. Immutable.</summary>
public sealed record FieldMessage(ImmutableArray<Field> Fields)
{
    /// <summary>The field that holds the signature in every protocol of fields so far.</summary>
    public const string Sign = "sign";

    /// <summary>The field that names the algorithm.</summary>
    public const string SignType = "sign_type";

    /// <summary>The first value of the name, or null.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var field in Fields)
            {
                if (field.Name == name)
                {
                    return field.Value;
                }
            }

            return null;
        }
    }

    /// <summary>The message with one field more, or with another value for it.</summary>
    public FieldMessage With(string name, string value)
    {
        for (var i = 0; i < Fields.Length; i++)
        {
            if (Fields[i].Name == name)
            {
                return With(i, value);
            }
        }

        return new FieldMessage(Fields.Add(new Field(name, value)));
    }

    /// <summary>The message with another value at <paramref name="index"/>.</summary>
    public FieldMessage With(int index, string value) => new(Fields.SetItem(index, new Field(Fields[index].Name, value)));

    /// <summary>The message without the field at <paramref name="index"/>.</summary>
    public FieldMessage Without(int index) => new(Fields.RemoveAt(index));

    /// <summary>The message without every field that <paramref name="leaves"/> picks.</summary>
    public FieldMessage Without(Predicate<Field> leaves) => new(Fields.RemoveAll(leaves));

    /// <summary>The message with every value changed by <paramref name="change"/>; null from it leaves the message without a meaning, and the result is null.</summary>
    public FieldMessage? Map(Func<string, string?> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var fields = ImmutableArray.CreateBuilder<Field>(Fields.Length);
        foreach (var (name, value) in Fields)
        {
            if (change(value) is not { } changed)
            {
                return null;
            }

            fields.Add(new Field(name, changed));
        }

        return new FieldMessage(fields.MoveToImmutable());
    }
}

/// <summary>How the signed text is made of a message's fields. <see cref="FieldMessage.Sign"/> is never in it.</summary>
public sealed record SigningRule
{
    /// <summary>Whether <c>sign_type</c> takes part.</summary>
    public bool WithSignType { get; init; }

    /// <summary>Whether fields without a value take part.</summary>
    public bool WithEmptyValues { get; init; }

    /// <summary>A further field that does not take part, or null.</summary>
    public string? LeavesOut { get; init; }

    /// <summary>How the names are sorted; null leaves them as received.</summary>
    public IComparer<string>? Order { get; init; } = StringComparer.Ordinal;

    /// <summary>The text, <c>name=value</c> joined with <c>&amp;</c>, as <see cref="ByteText"/>.</summary>
    public string TextOf(FieldMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var fields = message.Fields.Where(TakesPart);
        var text = new StringBuilder(1024);
        foreach (var (name, value) in Order is null ? fields : fields.OrderBy(field => field.Name, Order))
        {
            text.Append(text.Length > 0 ? "&" : "").Append(name).Append('=').Append(value);
        }

        return text.ToString();
    }

    private bool TakesPart(Field field) =>
        field.Name != FieldMessage.Sign
        && (WithSignType || field.Name != FieldMessage.SignType)
        && (WithEmptyValues || field.Value.Length > 0)
        && field.Name != LeavesOut;
}
