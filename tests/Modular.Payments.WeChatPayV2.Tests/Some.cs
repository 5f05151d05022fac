using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPayV2.Tests;

/// <summary>Things with ordinary values, of which a test changes the one that it is about.</summary>
internal static class Some
{
    public const string AppId = "wx2421b1c4370ec43b";
    public const string MchId = "1900000109";
    public const string ApiKey = "0123456789abcdefghijklmnopqrstuv";
    public const string AppSecret = "5ecret5ecret5ecret5ecret5ecret55";
    public const string PaymentNo = "P20261122000001";
    public const string PrepayId = "wx22123000395522657a690389285100";
    public const string CodeUrl = "weixin://wxpay/bizpayurl?pr=EB92NZAzz";
    public const string MwebUrl = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx22123000395522657a690389285100&package=1037687096";
    public const string OpenId = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

    /// <summary>12:30 in Beijing.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    public static Dictionary<string, string?> Settings(params (string Name, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?> { ["AppId"] = AppId, ["MchId"] = MchId, ["ApiKey"] = ApiKey, ["AppSecret"] = AppSecret };
        foreach (var (name, value) in changes)
        {
            settings[name] = value;
        }

        return settings;
    }

    public static WeChatPayV2Provider Provider(
        StubGateway? gateway = null, Dictionary<string, string?>? settings = null, TimeProvider? time = null, Func<X509Certificate2, HttpClient>? httpWith = null) =>
        (WeChatPayV2Provider)new WeChatPayV2Plugin().Create(new ProviderContext(
            "wechat",
            new ProviderSettings(settings ?? Settings()),
            new HttpClient(gateway ?? StubGateway.Silent()),
            time ?? new FakeTimeProvider(Now))
        {
            HttpWith = httpWith ?? (_ => throw new InvalidOperationException("Nobody should have shown a certificate.")),
        });

    public static StartRequest Start(PaymentScene scene) => new()
    {
        PaymentNo = PaymentNo,
        Amount = Money.Cny(36800),
        Subject = "预订庭院客房订单",
        Scene = scene,
        NotifyUrl = new Uri("https://shop.example/payments/wechat/notify"),
        ReturnUrl = new Uri("https://shop.example/payments/wechat/return"),
        QuitUrl = new Uri("https://shop.example/orders/1"),
        CreatedAt = Now,
        ExpiresAt = Now.AddMinutes(30),
        ClientIp = "203.0.113.7",
        PayerId = OpenId,
    };

    /// <summary>WeChat Pay's answer to an order of this type.</summary>
    public static string Ordered(string type, string? value = null) => type switch
    {
        "NATIVE" => WeChat.Answer(("trade_type", type), ("prepay_id", PrepayId), ("code_url", value ?? CodeUrl)),
        "MWEB" => WeChat.Answer(("trade_type", type), ("prepay_id", PrepayId), ("mweb_url", value ?? MwebUrl)),
        _ => WeChat.Answer(("trade_type", type), ("prepay_id", value ?? PrepayId)),
    };

    public static PaymentReference Reference(DateTimeOffset? createdAt = null) => new(PaymentNo, null, createdAt ?? Now.AddMinutes(-10));

    /// <summary>The fields of sheet 1.10, with a coupon that pays a part.</summary>
    public static Dictionary<string, string> Notification(params (string Name, string Value)[] changes)
    {
        var fields = new Dictionary<string, string>
        {
            ["appid"] = AppId,
            ["bank_type"] = "CFT",
            ["cash_fee"] = "36790",
            ["coupon_count"] = "1",
            ["coupon_fee"] = "10",
            ["coupon_fee_0"] = "10",
            ["coupon_id_0"] = "10000",
            ["fee_type"] = "CNY",
            ["is_subscribe"] = "N",
            ["mch_id"] = MchId,
            ["nonce_str"] = "5d2b6c2a8db53831f7eda20af46e531c",
            ["openid"] = OpenId,
            ["out_trade_no"] = PaymentNo,
            ["result_code"] = "SUCCESS",
            ["return_code"] = "SUCCESS",
            ["settlement_total_fee"] = "36790",
            ["time_end"] = "20261122122959",
            ["total_fee"] = "36800",
            ["trade_type"] = "NATIVE",
            ["transaction_id"] = "4200000000202611220000000001",
        };
        foreach (var (name, value) in changes)
        {
            fields[name] = value;
        }

        return fields;
    }

    public static RawRequest Notify(string body, string? contentType = "text/xml") => Notify(Encoding.UTF8.GetBytes(body), contentType);

    public static RawRequest Notify(byte[] body, string? contentType = "text/xml") =>
        new("POST", "", contentType is null ? [] : [new("Content-Type", contentType)], body);
}
