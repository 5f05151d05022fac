using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Modular.Sandbox.Alipay;
using Modular.Sandbox.AlipayDirect.Gateway;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>The rules of create_direct_pay_by_user's parameters, one after the other; the first that is broken is the refusal.</summary>
internal sealed class PaymentTerms(DirectCall call, DirectMerchant merchant, AntiPhishingKeys keys)
{
    private static readonly string[] PayMethods = ["directPay", "creditPay", "bankPay", "cartoon"];

    private static readonly (string Name, int Longest)[] Lengths =
    [
        ("body", 1000), ("seller_account_name", 100), ("seller_email", 100), ("buyer_id", 16), ("buyer_account_name", 100), ("buyer_email", 100),
        ("exter_invoke_ip", 15), ("extra_common_param", 100), ("token", 40),
    ];

    private static readonly (string Name, int Longest)[] Addresses = [("notify_url", 190), ("return_url", 200), ("error_notify_url", 200), ("show_url", 400)];

    /// <exception cref="DirectRefusal">A parameter is missing or not what it must be.</exception>
    public void Check()
    {
        if (call["payment_type"] != "1")
        {
            throw new DirectRefusal("ILLEGAL_PAYMENT_TYPE", "支付类型不正确：payment_type只能是1");
        }

        Require(call["out_trade_no"].Length is > 0 and <= 64, "out_trade_no");
        Require(call.Has("subject") && call.Charset.GetByteCount(call["subject"]) <= 256, "subject");
        foreach (var (name, longest) in Lengths)
        {
            Require(call[name].Length <= longest, name);
        }

        foreach (var (name, longest) in Addresses)
        {
            Require(!call.Has(name) || (call[name].Length <= longest && IsHttp(call[name])), name);
        }

        Require(call["extra_common_param"].AsSpan().IndexOfAny('=', '&') < 0, "extra_common_param");
        CheckParties();
        CheckChoices();
        CheckTimeout();
        CheckAntiPhishing();
    }

    /// <summary>What is to be paid: total_fee, or price times quantity.</summary>
    public (long TotalFen, long PriceFen, int Quantity) Amount()
    {
        var byPrice = call.Has("price") || call.Has("quantity");
        if (call.Has("total_fee") == byPrice)
        {
            throw new DirectRefusal("ILLEGAL_FEE_PARAM", "total_fee与price、quantity必须且只能传一种");
        }

        if (!byPrice)
        {
            var total = Fen("total_fee");
            return (total, total, 1);
        }

        var price = Fen("price");
        Require(int.TryParse(call["quantity"], NumberStyles.None, CultureInfo.InvariantCulture, out var quantity) && quantity > 0, "quantity");
        return price * quantity is var product and <= 10_000_000_000 ? (product, price, quantity) : throw OutOfRange();
    }

    private static DirectRefusal OutOfRange() => new("TOTAL_FEE_OUT_OF_RANGE", "交易金额超出范围：最大为100000000.00元");

    private long Fen(string name)
    {
        var text = call[name];
        if (Yuan.Parse(text) is { } fen)
        {
            return fen;
        }

        // Yuan knows what is right; what is wrong with the rest has three names here.
        var parts = text.TrimStart('-').Split('.');
        var isNumber = parts.Length is 1 or 2 && parts[0].Length > 0 && parts.All(part => part.All(char.IsAsciiDigit)) && (parts.Length == 1 || parts[1].Length is 1 or 2);
        throw !isNumber ? new DirectRefusal("INVALID_PARAMETER", $"参数格式不正确：{name}最多两位小数")
            : text[0] == '-' || text.AsSpan().IndexOfAnyExcept("0.") < 0 ? new DirectRefusal("TOTAL_FEE_LESSEQUAL_ZERO", "交易金额必须大于0")
            : OutOfRange();
    }

    private void CheckParties()
    {
        // Of several names of the seller the first counts.
        var seller = call.Has("seller_id") ? call["seller_id"] == merchant.Partner
            : call.Has("seller_account_name") ? call["seller_account_name"] == merchant.SellerEmail
            : call.Has("seller_email") ? call["seller_email"] == merchant.SellerEmail
            : throw DirectRefusal.Argument("seller_id、seller_account_name和seller_email不能同时为空");
        if (!seller)
        {
            throw new DirectRefusal("SELLER_NOT_EXIST", "卖家不存在");
        }

        if (call["buyer_id"] == merchant.Partner)
        {
            throw new DirectRefusal("BUYER_SELLER_EQUAL", "买家和卖家不能是同一个人");
        }
    }

    private void CheckChoices()
    {
        Require(!call.Has("paymethod") || PayMethods.Contains(call["paymethod"]), "paymethod");
        Require(call["paymethod"] != "bankPay" || call.Has("defaultbank"), "defaultbank");
        Require(call["need_ctu_check"] is "" or "Y" or "N", "need_ctu_check");
        Require(call["default_login"] is "" or "Y" or "N", "default_login");
        Require(call["qr_pay_mode"] is "" or ['0' or '1' or '2' or '3' or '4'], "qr_pay_mode");
        Require(call.Has("qrcode_width") == (call["qr_pay_mode"] == "4"), "qrcode_width");
        Require(call["royalty_type"] is "" or "10", "royalty_type");
    }

    private void CheckTimeout()
    {
        if (!call.Has("it_b_pay"))
        {
            return;
        }

        if (!merchant.SelfTimeout)
        {
            throw new DirectRefusal("SELF_TIMEOUT_NOT_SUPPORT", "商户没有开通自定义超时时间：it_b_pay");
        }

        Require(Expiry.IsTimeout(call["it_b_pay"], TimeSpan.FromMinutes(1)), "it_b_pay");
    }

    private void CheckAntiPhishing()
    {
        if (!merchant.AntiPhishing && !call.Has("anti_phishing_key"))
        {
            return;
        }

        if (!keys.IsAlive(merchant.Partner, call["anti_phishing_key"]))
        {
            throw new DirectRefusal("ILLEGAL_ANTI_PHISHING_KEY", "防钓鱼时间戳anti_phishing_key不正确或已过期");
        }

        if (!IPAddress.TryParse(call["exter_invoke_ip"], out var address) || address.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new DirectRefusal("ILLEGAL_CLIENT_IP", "客户端IP地址exter_invoke_ip不正确");
        }
    }

    private static bool IsHttp(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";

    private static void Require(bool holds, string parameter)
    {
        if (!holds)
        {
            throw DirectRefusal.Argument(parameter);
        }
    }
}
