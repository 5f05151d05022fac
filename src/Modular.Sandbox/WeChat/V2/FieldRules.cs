using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>What one field of a request must look like.</summary>
/// <param name="Longest">In characters.</param>
/// <param name="IsRight">Asked for non-empty values only; null accepts every text of the length.</param>
internal sealed record FieldRule(string Name, int Longest, bool IsRequired = false, Func<string, bool>? IsRight = null);

/// <summary>The checks that requests of API v2 share.</summary>
internal static class FieldRules
{
    public const string WallClock = "yyyyMMddHHmmss";

    private const string NumberSigns = "_-|*";

    /// <summary>Throws for the first field that is missing, too long or malformed. An empty field counts as missing.</summary>
    public static void Check(IReadOnlyDictionary<string, string> fields, IEnumerable<FieldRule> rules)
    {
        foreach (var rule in rules)
        {
            var value = fields.GetValueOrDefault(rule.Name, "");
            if (value.Length == 0)
            {
                if (rule.IsRequired)
                {
                    throw Missing(rule.Name);
                }
            }
            else if (value.Length > rule.Longest)
            {
                throw V2Refusal.Business("PARAM_ERROR", $"{rule.Name}参数长度有误");
            }
            else if (rule.IsRight?.Invoke(value) == false)
            {
                throw V2Refusal.Business("PARAM_ERROR", $"{rule.Name}参数格式错误");
            }
        }
    }

    public static V2Refusal Missing(string name) => V2Refusal.Business("LACK_PARAMS", $"缺少必填参数{name}");

    /// <summary>6 to 32 letters, digits and the four signs that the description allows.</summary>
    public static bool IsOutTradeNo(string text) => text.Length >= 6 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || NumberSigns.Contains(letter, StringComparison.Ordinal));

    /// <summary>Whole fen from 1, without a sign, a point or a leading zero.</summary>
    public static bool IsFen(string text) => text[0] != '0' && text.Length <= 11 && text.All(char.IsAsciiDigit);

    /// <summary>Letters, digits and the five signs that the description allows.</summary>
    public static bool IsOutRefundNo(string text) => text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '@' || NumberSigns.Contains(letter, StringComparison.Ordinal));

    public static bool IsAddress(string text) => IPAddress.TryParse(text, out _);

    public static bool IsWallClock(string text) => Beijing.Read(text, WallClock) is not null;

    /// <summary>Absolute, without a query and a fragment.</summary>
    public static bool IsNotifyUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        && !text.Contains('?', StringComparison.Ordinal) && !text.Contains('#', StringComparison.Ordinal);

    public static bool IsFlag(string text) => text is "Y" or "N";

    public static bool IsJsonObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static long Fen(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
