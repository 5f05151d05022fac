using System.Text;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Tests;

/// <summary>Things with ordinary values, of which a test changes the one that it is about.</summary>
internal static class Some
{
    public const string Partner = "2088000000000001";
    public const string SellerId = "2088000000000002";
    public const string PaymentNo = "P20261122000001";
    public const string TradeNo = "2026112200001000990000000001";
    public const string RefundNo = "01KAMX7V40ABCDEFGHJKMNPQRS";
    public const string NotifyId = "RqPnCoPT3K9%2Fvwbh3InVaR6xCwQEVjWmzU9cQXBzDqv1Z2oAyUQJ9dl9kFnZ0GNJ9Wq0";

    public static Dictionary<string, string?> Settings(Dialect? dialect = null, params (string Name, string? Value)[] changes)
    {
        var (signType, charset) = dialect ?? Dialect.Usual;
        var settings = new Dictionary<string, string?>
        {
            ["Partner"] = Partner,
            ["SellerId"] = SellerId,
            ["SignType"] = signType,
            ["InputCharset"] = charset,
        };
        if (signType == "MD5")
        {
            settings["Key"] = Keys.Md5;
        }
        else
        {
            settings["PrivateKey"] = Keys.Shop.ExportPkcs8PrivateKeyPem();
            settings["AlipayPublicKey"] = Keys.Alipay.ExportSubjectPublicKeyInfoPem();
        }

        foreach (var (name, value) in changes)
        {
            settings[name] = value;
        }

        return settings;
    }

    public static IPaymentProvider Provider(Dictionary<string, string?>? settings = null, StubGateway? gateway = null, TimeProvider? time = null) =>
        new AlipayDirectPlugin().Create(new ProviderContext(
            "alipay-direct",
            new ProviderSettings(settings ?? Settings()),
            new HttpClient(gateway ?? StubGateway.Saying("true")),
            time ?? new FakeTimeProvider(Keys.Now)));

    public static StartRequest Start() => new()
    {
        PaymentNo = PaymentNo,
        Amount = Money.Cny(36800),
        Subject = "预订庭院客房订单",
        Scene = PaymentScene.Pc,
        NotifyUrl = new Uri("https://shop.example/payments/alipay-direct/notify"),
        ReturnUrl = new Uri("https://shop.example/payments/alipay-direct/return"),
        QuitUrl = new Uri("https://shop.example/pay/P20261122000001"),
        CreatedAt = Keys.Now,
        ExpiresAt = Keys.Now.AddMinutes(30),
        ClientIp = "203.0.113.9",
    };

    public static PaymentReference Reference() => new(PaymentNo, null, Keys.Now);

    public static RefundRequest Refund() => new()
    {
        RefundNo = RefundNo,
        Payment = Reference() with { ProviderTradeNo = TradeNo },
        PaymentAmount = Money.Cny(36800),
        Amount = Money.Cny(6800),
        Reason = "不想要了",
        NotifyUrl = new Uri("https://shop.example/payments/alipay-direct/notify"),
        CreatedAt = Keys.Now,
    };

    public static SortedDictionary<string, string> RefundNotification(string batchNo, string details, params (string Name, string Value)[] changes) => With(
        new(StringComparer.Ordinal)
        {
            ["batch_no"] = batchNo,
            ["notify_id"] = NotifyId,
            ["notify_time"] = "2026-11-22 12:31:00",
            ["notify_type"] = "batch_refund_notify",
            ["result_details"] = details,
            ["success_num"] = "1",
        },
        changes);

    public static SortedDictionary<string, string> Notification(params (string Name, string Value)[] changes) => With(
        new(StringComparer.Ordinal)
        {
            ["buyer_email"] = "shopper@example.com",
            ["buyer_id"] = "2088000000000099",
            ["discount"] = "0.00",
            ["gmt_create"] = "2026-11-22 12:29:30",
            ["gmt_payment"] = "2026-11-22 12:29:59",
            ["is_total_fee_adjust"] = "N",
            ["notify_id"] = NotifyId,
            ["notify_time"] = "2026-11-22 12:30:00",
            ["notify_type"] = "trade_status_sync",
            ["out_trade_no"] = PaymentNo,
            ["payment_type"] = "1",
            ["price"] = "368.00",
            ["quantity"] = "1",
            ["seller_email"] = "shop@example.com",
            ["seller_id"] = SellerId,
            ["subject"] = "预订庭院客房订单",
            ["total_fee"] = "368.00",
            ["trade_no"] = "2026112200001000990000000001",
            ["trade_status"] = "TRADE_SUCCESS",
            ["use_coupon"] = "N",
        },
        changes);

    public static SortedDictionary<string, string> Return(params (string Name, string Value)[] changes) => With(
        new(StringComparer.Ordinal)
        {
            ["buyer_email"] = "shopper@example.com",
            ["buyer_id"] = "2088000000000099",
            ["exterface"] = "create_direct_pay_by_user",
            ["is_success"] = "T",
            ["notify_id"] = NotifyId,
            ["notify_time"] = "2026-11-22 12:30:00",
            ["notify_type"] = "trade_status_sync",
            ["out_trade_no"] = PaymentNo,
            ["payment_type"] = "1",
            ["seller_email"] = "shop@example.com",
            ["seller_id"] = SellerId,
            ["subject"] = "预订庭院客房订单",
            ["total_fee"] = "368.00",
            ["trade_no"] = "2026112200001000990000000001",
            ["trade_status"] = "TRADE_SUCCESS",
        },
        changes);

    public static RawRequest Notify(string body, string? contentType = "application/x-www-form-urlencoded; text/html; charset=utf-8") =>
        new("POST", "", contentType is null ? [] : [new("Content-Type", contentType)], Encoding.Latin1.GetBytes(body));

    private static SortedDictionary<string, string> With(SortedDictionary<string, string> fields, (string Name, string Value)[] changes)
    {
        foreach (var (name, value) in changes)
        {
            fields[name] = value;
        }

        return fields;
    }
}
