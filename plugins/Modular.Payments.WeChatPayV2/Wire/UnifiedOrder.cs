using System.Net;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// The request <c>/pay/unifiedorder</c>. Whatever WeChat Pay compares between two orders of one number depends on the frozen terms
/// alone, so that ordering again is the same order and not <c>INVALID_REQUEST</c>.
/// </summary>
internal static class UnifiedOrder
{
    public const string Path = "/pay/unifiedorder";

    private const int MaxNotifyUrl = 256;

    // WeChat Pay wants more than five minutes between time_start and time_expire, which are whole seconds.
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds((5 * 60) + 1);

    /// <summary>What WeChat Pay would not take, found without asking; null when the terms are fit to be sent.</summary>
    public static StartAnswer.Rejected? Refusal(StartRequest request, TradeType type)
    {
        if (request.Amount.Currency != "CNY")
        {
            return new("CURRENCY", $"WeChat Pay takes CNY only, not {request.Amount.Currency}.");
        }

        if (request.Amount.Minor is < 1 or > Money.MaxMinor)
        {
            return new("AMOUNT", $"WeChat Pay takes 0.01 to 100000000.00 yuan, not {request.Amount.ToDecimalString()}.");
        }

        if (request.PaymentNo.Length is < 6 or > 32 || !request.PaymentNo.All(char.IsAsciiLetterOrDigit))
        {
            return new("PAYMENT_NO", "WeChat Pay takes payment numbers of 6 to 32 letters and digits.");
        }

        var notify = request.NotifyUrl;
        if (!notify.IsAbsoluteUri || notify.Query.Length > 0 || notify.Fragment.Length > 0 || notify.AbsoluteUri.Length > MaxNotifyUrl)
        {
            return new("NOTIFY_URL", $"WeChat Pay takes an absolute notify address of at most {MaxNotifyUrl} characters without a query: shorten the shop's public address.");
        }

        if (request.PayerId is { } payer && type == TradeType.Jsapi && !IsOpenId(payer))
        {
            return new("PAYER_ID", "The payer's id is no openid: at most 128 letters, digits, _ and -.");
        }

        return type == TradeType.Mweb ? MwebRefusal(request) : null;
    }

    /// <summary>The fields but for those that every request has.</summary>
    public static IEnumerable<(string Name, string? Value)> Fields(StartRequest request, TradeType type) =>
    [
        ("body", LineText.Body(request.Subject, request.PaymentNo)),
        ("out_trade_no", request.PaymentNo),
        ("fee_type", "CNY"),
        ("total_fee", Fen.Write(request.Amount.Minor)),
        ("spbill_create_ip", Address(request.ClientIp) ?? "127.0.0.1"),
        ("time_start", BeijingTime.Write(request.CreatedAt)),
        ("time_expire", BeijingTime.Write(Expiry(request))),
        ("notify_url", request.NotifyUrl.AbsoluteUri),
        ("trade_type", type.Code),
        ("product_id", type == TradeType.Native ? request.PaymentNo : null),
        ("openid", type == TradeType.Jsapi ? request.PayerId : null),
        ("scene_info", type == TradeType.Mweb ? SceneInfo.Of(request.ReturnUrl) : null),
    ];

    /// <summary>Whether the text has the shape of an openid. WeChat does not document one; all have 28 of these characters.</summary>
    public static bool IsOpenId(string text) =>
        text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static StartAnswer.Rejected? MwebRefusal(StartRequest request) =>
        Address(request.ClientIp) is null
            ? new("CLIENT_IP", "WeChat Pay's cashier for browsers opens only for the address that the order names, and the shopper's address is not known: let the proxy in front of the shop forward it.")
            : SceneInfo.Of(request.ReturnUrl).Length > SceneInfo.MaxLength
                ? new("SCENE_INFO", "The shop's public address is too long for WeChat Pay's scene_info: use a shorter host name.")
                : null;

    private static DateTimeOffset Expiry(StartRequest request)
    {
        var earliest = request.CreatedAt + ShortestWindow;
        return request.ExpiresAt > earliest ? request.ExpiresAt : earliest;
    }

    /// <summary>The address as WeChat Pay reads it: no port, no zone, an IPv4 address as such even where the socket called it IPv6.</summary>
    private static string? Address(string? text) =>
        !IPAddress.TryParse(text, out var address) ? null
        : address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString()
        : new IPAddress(address.GetAddressBytes()).ToString();
}
