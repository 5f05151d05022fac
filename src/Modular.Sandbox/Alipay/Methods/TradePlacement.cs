using Microsoft.Extensions.Options;
using Modular.Sandbox.Alipay.Gateway;

namespace Modular.Sandbox.Alipay.Methods;

/// <summary>What all ways to pay have in common: the terms are checked, and the same number means the same trade.</summary>
internal sealed class TradePlacement(IOptions<SandboxOptions> options, TimeProvider time)
{
    private static readonly Dictionary<string, string[]> ProductCodes = new()
    {
        [Product.Page] = ["FAST_INSTANT_TRADE_PAY"],
        [Product.Wap] = ["QUICK_WAP_WAY", "QUICK_WAP_PAY", ""],
        [Product.App] = ["QUICK_MSECURITY_PAY", ""],
        [Product.Qr] = ["FACE_TO_FACE_PAYMENT", "QR_CODE_OFFLINE", ""],
    };

    private readonly AlipayOptions settings = options.Value.Alipay;

    public Trade Place(GatewayCall call, Ledger ledger, string product)
    {
        var wanted = Read(call, product);
        var trade = ledger.ByNumber(wanted.AppId, wanted.OutTradeNo);
        if (trade is null)
        {
            ledger.Add(wanted);
            return wanted;
        }

        if ((trade.TotalFen, trade.Subject, trade.Body, trade.Product) != (wanted.TotalFen, wanted.Subject, wanted.Body, wanted.Product))
        {
            throw Refusal.Business("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改");
        }

        if (trade.IsPaid)
        {
            throw Refusal.Business("ACQ.TRADE_HAS_SUCCESS", "交易已被支付");
        }

        if (trade.Status == TradeStatus.Closed)
        {
            throw Refusal.Business("ACQ.TRADE_HAS_CLOSE", "交易已经关闭");
        }

        (trade.NotifyUrl, trade.ReturnUrl, trade.QuitUrl, trade.Charset) = (wanted.NotifyUrl, wanted.ReturnUrl, wanted.QuitUrl, wanted.Charset);
        return trade;
    }

    private Trade Read(GatewayCall call, string product)
    {
        var now = time.GetUtcNow();
        var (outTradeNo, subject, seller) = (call.Biz("out_trade_no"), call.Biz("subject"), call.Biz("seller_id"));
        Require(outTradeNo.Length is > 0 and <= 64 && outTradeNo.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'), "out_trade_no");
        Require(subject.Length is > 0 and <= 256 && subject.AsSpan().IndexOfAny("/=&") < 0, "subject");
        Require(ProductCodes[product].Contains(call.Biz("product_code")), "product_code");
        Require(seller.Length == 0 || seller == call.Merchant.SellerId, "seller_id");
        Require(call.Parameter("notify_url").Length <= 256 && call.Parameter("return_url").Length <= 256, "notify_url, return_url");
        var total = Yuan.Parse(call.Biz("total_amount"));
        Require(total is not null, "total_amount");
        return new Trade
        {
            AppId = call.Merchant.AppId,
            OutTradeNo = outTradeNo,
            Product = product,
            Subject = subject,
            Body = call.Biz("body"),
            TotalFen = total!.Value,
            TradeNo = $"{Beijing.Compact(now, "yyyyMMdd")}22001{Digits.Random(15)}",
            Token = Digits.Token(),
            PassbackParams = call.Biz("passback_params"),
            CreatedAt = now,
            TimeoutExpress = call.Biz("timeout_express"),
            QrTimeoutExpress = QrTimeout(call),
            ExpiresAt = ExpiresAt(call, product, now),
            Charset = call.Charset,
            NotifyUrl = call.Parameter("notify_url"),
            ReturnUrl = call.Parameter("return_url"),
            QuitUrl = call.Biz("quit_url"),
        };
    }

    /// <summary>Null where the timeout counts from the buyer's login, which has not happened yet.</summary>
    private DateTimeOffset? ExpiresAt(GatewayCall call, string product, DateTimeOffset now)
    {
        if (call.Biz("time_expire") is { Length: > 0 } absolute)
        {
            var end = Beijing.Read(absolute) ?? Beijing.Read(absolute, "yyyy-MM-dd HH:mm") ?? throw Refusal.Parameter("参数无效：time_expire");
            return end > now ? end : throw Refusal.Business("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "当前时间已超过允许支付的时间");
        }

        var fromLogin = product is Product.Wap or Product.App;
        var timeout = call.Biz("timeout_express");
        Require(timeout.Length == 0 || Expiry.IsTimeout(timeout, TimeSpan.FromMinutes(fromLogin ? 5 : 1)), "timeout_express");
        return fromLogin ? null : Expiry.After(timeout, product == Product.Qr ? settings.DefaultQrTimeout : settings.DefaultTimeout, now);
    }

    private static string QrTimeout(GatewayCall call)
    {
        var timeout = call.Biz("qr_code_timeout_express");
        Require(timeout.Length == 0 || Expiry.IsTimeout(timeout, TimeSpan.FromMinutes(1)), "qr_code_timeout_express");
        return timeout;
    }

    private static void Require(bool holds, string parameter)
    {
        if (!holds)
        {
            throw Refusal.Parameter($"参数无效：{parameter}");
        }
    }
}
