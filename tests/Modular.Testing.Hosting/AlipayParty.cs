using System.Security.Cryptography;
using System.Text;

namespace Modular.Testing.Hosting;

/// <summary>
/// The keys of a test merchant and of its Alipay, and notifications signed by hand with them. Written for tests and not
/// shared with the plugin or the sandbox, so that a mistake in either does not agree with itself.
/// </summary>
public sealed class AlipayParty : IDisposable
{
    public const string AppId = "2021000000000001";
    public const string SellerId = "2088000000000001";

    public RSA AppKey { get; } = RSA.Create(2048);

    public RSA AlipayKey { get; } = RSA.Create(2048);

    /// <summary>The fields of a payment's notification as Alipay sends them.</summary>
    public static SortedDictionary<string, string> PaidFields(string paymentNo, string totalAmount, string? tradeNo = null) => new(StringComparer.Ordinal)
    {
        ["app_id"] = AppId,
        ["auth_app_id"] = AppId,
        ["buyer_id"] = "2088102146225135",
        ["charset"] = "utf-8",
        ["fund_bill_list"] = $$"""[{"amount":"{{totalAmount}}","fundChannel":"ALIPAYACCOUNT"}]""",
        ["gmt_create"] = "2026-11-25 20:00:01",
        ["gmt_payment"] = "2026-11-25 20:00:02",
        ["notify_id"] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
        ["notify_time"] = "2026-11-25 20:00:03",
        ["notify_type"] = "trade_status_sync",
        ["out_trade_no"] = paymentNo,
        ["seller_id"] = SellerId,
        ["subject"] = "预订一分钱测试订单",
        ["total_amount"] = totalAmount,
        ["trade_no"] = tradeNo ?? "20261125" + Digits(20),
        ["trade_status"] = "TRADE_SUCCESS",
        ["version"] = "1.0",
    };

    /// <summary>A form body, signed as Alipay signs payment notifications: without sign and sign_type.</summary>
    public string Sign(IReadOnlyDictionary<string, string> fields, RSA? key = null, Encoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(fields);
        encoding ??= Encoding.UTF8;
        var content = string.Join('&', fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}"));
        var sign = Convert.ToBase64String((key ?? AlipayKey).SignData(encoding.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return Form(fields.Append(new("sign", sign)).Append(new("sign_type", "RSA2")), encoding);
    }

    /// <summary>Encodes fields as a form, in the order given.</summary>
    public static string Form(IEnumerable<KeyValuePair<string, string>> fields, Encoding? encoding = null) =>
        string.Join('&', fields.Select(field => $"{Escape(field.Key, encoding)}={Escape(field.Value, encoding)}"));

    public void Dispose()
    {
        AppKey.Dispose();
        AlipayKey.Dispose();
    }

    private static string Escape(string text, Encoding? encoding)
    {
        var escaped = new StringBuilder();
        foreach (var b in (encoding ?? Encoding.UTF8).GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~')
            {
                escaped.Append((char)b);
            }
            else
            {
                escaped.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return escaped.ToString();
    }

    private static string Digits(int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => (char)('0' + RandomNumberGenerator.GetInt32(10))));
}
