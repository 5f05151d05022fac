using System.Net;
using System.Net.Sockets;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>
/// The request <c>create_direct_pay_by_user</c>. All of it but the key against phishing depends on the frozen terms alone, so that
/// starting again is the same payment and not <c>TRADE_DATA_NOT_MATCH</c>.
/// </summary>
internal static class DirectPay
{
    public const string Service = "create_direct_pay_by_user";

    private const int MaxNotifyUrl = 190;
    private const int MaxReturnUrl = 200;

    /// <summary>What Alipay would not take, found without asking; null when the terms are fit to be sent.</summary>
    public static StartAnswer.Rejected? Refusal(StartRequest request, AlipayDirectSettings settings)
    {
        if (request.Scene != PaymentScene.Pc)
        {
            return new("SCENE", $"Alipay's legacy gateway is served for desktop browsers only, not for the scene {request.Scene}.");
        }

        if (request.Amount.Currency != "CNY")
        {
            return new("CURRENCY", $"Alipay takes CNY only, not {request.Amount.Currency}.");
        }

        if (request.Amount.Minor is < 1 or > Money.MaxMinor)
        {
            return new("AMOUNT", $"Alipay takes 0.01 to 100000000.00 yuan, not {request.Amount.ToDecimalString()}.");
        }

        if (IsTooLong(request.NotifyUrl, MaxNotifyUrl))
        {
            return new("NOTIFY_URL", $"Alipay takes a notify address of at most {MaxNotifyUrl} characters without a query: shorten the shop's public address.");
        }

        if (IsTooLong(request.ReturnUrl, MaxReturnUrl))
        {
            return new("RETURN_URL", $"Alipay takes a return address of at most {MaxReturnUrl} characters without a query: shorten the shop's public address.");
        }

        return settings.AntiPhishing && Address(request.ClientIp) is null
            ? new("CLIENT_IP", "AntiPhishing ties the payment to the shopper's IPv4 address, which is not known: let the proxy in front of the shop forward it, or set AntiPhishing to false.")
            : null;
    }

    /// <summary>The fields but for those that every request has. The amount is yuan with two decimals.</summary>
    public static IEnumerable<(string Name, string? Value)> Fields(StartRequest request, AlipayDirectSettings settings, string? antiPhishingKey) =>
    [
        ("payment_type", "1"),
        ("notify_url", request.NotifyUrl.AbsoluteUri),
        ("return_url", request.ReturnUrl.AbsoluteUri),
        ("out_trade_no", request.PaymentNo),
        ("subject", SubjectText.Clean(request.Subject, settings.Charset, request.PaymentNo)),
        ("total_fee", request.Amount.ToDecimalString()),
        ("seller_id", settings.SellerId),
        ("it_b_pay", settings.SendTimeout ? RelativeExpiry.Write(request.ExpiresAt - request.CreatedAt) : null),
        ("anti_phishing_key", antiPhishingKey),
        ("exter_invoke_ip", antiPhishingKey is null ? null : Address(request.ClientIp)),
    ];

    private static bool IsTooLong(Uri address, int length) =>
        !address.IsAbsoluteUri || address.Query.Length > 0 || address.Fragment.Length > 0 || address.AbsoluteUri.Length > length;

    /// <summary>An IPv4 address, also where the socket called it IPv6; null for any other, because the field has room for 15 characters.</summary>
    private static string? Address(string? text) =>
        !IPAddress.TryParse(text, out var address) ? null
        : address.AddressFamily == AddressFamily.InterNetwork ? address.ToString()
        : address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString()
        : null;
}
