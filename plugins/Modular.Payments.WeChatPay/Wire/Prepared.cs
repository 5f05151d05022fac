using System.Globalization;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// What WeChat Pay prepared for one order and the shopper pays with: a prepay id, a QR content, a cashier's address. Written
/// as <c>native 1764073830 weixin://…</c> it is what a payment is resumed from; it holds no signature, each launch is signed anew.
/// </summary>
/// <param name="Value">The value as WeChat Pay answered it.</param>
/// <param name="ExpiresAt">Until when it may be used, UTC, a minute earlier than WeChat Pay says.</param>
internal sealed record Prepared(string Value, DateTimeOffset ExpiresAt)
{
    // The shopper still has to look at the page and press a button.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>What was answered to a call made at <paramref name="askedAt"/>; null when the value cannot be used.</summary>
    public static Prepared? Answered(string? value, WeChatProduct product, DateTimeOffset askedAt) =>
        product.Takes(value) ? new Prepared(value!, askedAt + product.Life - Margin) : null;

    /// <summary>What an earlier <see cref="Write"/> said, or null when it is absent, unreadable, of another product or expired.</summary>
    public static Prepared? Read(string? resume, WeChatProduct product, DateTimeOffset now)
    {
        var parts = resume?.Split(' ', 3) ?? [];
        return parts.Length == 3 && parts[0] == product.Name
            && parts[1].Length <= 12 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && DateTimeOffset.FromUnixTimeSeconds(seconds) is var expiresAt && now < expiresAt
            && product.Takes(parts[2])
                ? new Prepared(parts[2], expiresAt)
                : null;
    }

    public string Write(WeChatProduct product) =>
        string.Create(CultureInfo.InvariantCulture, $"{product.Name} {ExpiresAt.ToUnixTimeSeconds()} {Value}");
}
