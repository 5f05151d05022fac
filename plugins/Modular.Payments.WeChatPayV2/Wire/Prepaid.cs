using System.Globalization;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// What WeChat Pay gave for an order, and until when it is used. As text it is the resume that the host keeps: version, trade type, Unix
/// seconds, value. It holds no signature; a launch is signed anew each time.
/// </summary>
internal sealed record Prepaid(TradeType Type, string Value, DateTimeOffset UsableUntil)
{
    private const string Version = "1";

    public string Write() => string.Create(CultureInfo.InvariantCulture, $"{Version} {Type.Code} {UsableUntil.ToUnixTimeSeconds()} {Value}");

    /// <summary>Reads a resume; null when it is absent, of another trade type, expired at <paramref name="now"/> or unreadable, which all mean: order again.</summary>
    public static Prepaid? Read(string? resume, TradeType type, DateTimeOffset now)
    {
        var parts = resume?.Split(' ') ?? [];
        return parts.Length == 4 && parts[0] == Version && parts[1] == type.Code
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && now.ToUnixTimeSeconds() < seconds
            && type.IsUsable(parts[3])
            ? new Prepaid(type, parts[3], DateTimeOffset.FromUnixTimeSeconds(seconds))
            : null;
    }
}
