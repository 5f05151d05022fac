using System.Globalization;
using System.Text.Json;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>One member of a request body.</summary>
/// <param name="Kind">What JSON it must be; <see cref="JsonValueKind.True"/> stands for both truth values.</param>
/// <param name="Most">The most characters of a string; 0: any number.</param>
/// <param name="Least">The fewest characters of a string, or the smallest number.</param>
internal sealed record BodyField(string Name, JsonValueKind Kind, bool IsRequired = false, int Most = 0, int Least = 1)
{
    /// <summary>The members of an object, or of each object in an array.</summary>
    public IReadOnlyList<BodyField> Members { get; init; } = [];

    public Func<string, bool>? IsRight { get; init; }

    public static BodyField Text(string name, int most, bool isRequired = false, int least = 1, Func<string, bool>? isRight = null) =>
        new(name, JsonValueKind.String, isRequired, most, least) { IsRight = isRight };

    public static BodyField Number(string name, int least, bool isRequired = false) => new(name, JsonValueKind.Number, isRequired, 0, least);

    public static BodyField Flag(string name) => new(name, JsonValueKind.True);

    public static BodyField Object(string name, bool isRequired, params BodyField[] members) =>
        new(name, JsonValueKind.Object, isRequired) { Members = members };

    public static BodyField Array(string name, params BodyField[] members) => new(name, JsonValueKind.Array) { Members = members };
}

/// <summary>
/// Reads a body strictly: nothing unknown, nothing twice, no null, nothing missing, nothing of the wrong kind or length. The
/// refusal names the place as a JSON pointer, as the real host does.
/// </summary>
internal static class BodySchema
{
    private const string Root = "/body";

    private static readonly JsonSerializerOptions Strict = new() { AllowDuplicateProperties = false };

    /// <exception cref="WeChatRefusal">Whatever is wrong.</exception>
    public static JsonElement Read(string body, IReadOnlyList<BodyField> fields)
    {
        JsonElement root;
        try
        {
            root = JsonSerializer.Deserialize<JsonElement>(body, Strict);
        }
        catch (JsonException)
        {
            throw Wrong(Root, null, "请求体不是合法的JSON");
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(Root, null, "请求体应为JSON对象");
        }

        CheckMembers(root, fields, Root);
        return root;
    }

    private static void CheckMembers(JsonElement node, IReadOnlyList<BodyField> fields, string at)
    {
        foreach (var member in node.EnumerateObject())
        {
            var field = fields.FirstOrDefault(field => field.Name == member.Name) ?? throw Wrong($"{at}/{member.Name}", null, "请求中含有未定义的参数");
            Check(member.Value, field, $"{at}/{member.Name}");
        }

        if (fields.FirstOrDefault(field => field.IsRequired && !node.TryGetProperty(field.Name, out _)) is { } missing)
        {
            throw Wrong($"{at}/{missing.Name}", null, "缺少必填参数");
        }
    }

    private static void Check(JsonElement value, BodyField field, string at)
    {
        var kind = value.ValueKind == JsonValueKind.False ? JsonValueKind.True : value.ValueKind;
        if (kind != field.Kind)
        {
            throw Wrong(at, kind == JsonValueKind.Null ? "null" : null, kind == JsonValueKind.Null ? "值不能为null" : "值类型错误");
        }

        switch (kind)
        {
            case JsonValueKind.String:
                CheckText(value.GetString()!, field, at);
                break;
            case JsonValueKind.Number:
                CheckNumber(value, field, at);
                break;
            case JsonValueKind.Object:
                CheckMembers(value, field.Members, at);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    Check(item, field with { Kind = JsonValueKind.Object }, string.Create(CultureInfo.InvariantCulture, $"{at}/{index}"));
                }

                break;
        }
    }

    private static void CheckText(string text, BodyField field, string at)
    {
        if (text.Length < field.Least || (field.Most > 0 && text.Length > field.Most))
        {
            throw Wrong(at, text, string.Create(CultureInfo.InvariantCulture, $"字符串长度{text.Length}不在{field.Least}至{field.Most}之间"));
        }

        if (field.IsRight?.Invoke(text) == false)
        {
            throw Wrong(at, text, "值格式错误");
        }
    }

    private static void CheckNumber(JsonElement value, BodyField field, string at)
    {
        if (!value.TryGetInt32(out var number))
        {
            throw Wrong(at, value.GetRawText(), "值不是整数");
        }

        if (number < field.Least)
        {
            throw Wrong(at, value.GetRawText(), string.Create(CultureInfo.InvariantCulture, $"值低于最小值 {field.Least}"));
        }
    }

    private static WeChatRefusal Wrong(string at, string? value, string issue) =>
        WeChatRefusal.Parameter(at, value, issue, $"输入源“{at}”规则校验失败，{issue}");
}
