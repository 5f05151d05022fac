using Microsoft.Extensions.Options;
using Modular.Sandbox.Alipay;
using Modular.Sandbox.AlipayDirect.Cashier;
using Modular.Sandbox.AlipayDirect.Gateway;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.AlipayDirect.Services;

/// <summary>The page that takes a payment: leads the browser to the cashier, or says why not.</summary>
internal sealed class CreateDirectPay(IOptions<SandboxOptions> options, AntiPhishingKeys keys, DirectLinks links, TimeProvider time) : IDirectService
{
    public const string Service = "create_direct_pay_by_user";

    public string Name => Service;

    public IResult Answer(DirectCall call, DirectMerchant merchant, DirectLedger ledger, GatewayFaultKind fault) =>
        Results.Redirect(links.Cashier(Place(call, merchant, ledger)));

    public IResult Explain(DirectCall call, DirectRefusal refusal) => DirectPages.Refused(refusal, call);

    /// <summary>The same number means the same trade.</summary>
    private DirectTrade Place(DirectCall call, DirectMerchant merchant, DirectLedger ledger)
    {
        var wanted = Read(call, merchant);
        var trade = ledger.ByNumber(wanted.Partner, wanted.OutTradeNo);
        if (trade is null)
        {
            ledger.Add(wanted);
            return wanted;
        }

        if ((trade.TotalFen, trade.Subject, trade.Body) != (wanted.TotalFen, wanted.Subject, wanted.Body))
        {
            throw new DirectRefusal("TRADE_DATA_NOT_MATCH", "交易信息不一致：同一个out_trade_no的金额或商品与之前的不同");
        }

        if (trade.IsPaid || trade.Status == TradeStatus.Closed)
        {
            throw DirectRefusal.NotPayable();
        }

        (trade.NotifyUrl, trade.ReturnUrl, trade.ShowUrl, trade.Charset, trade.SignType) =
            (wanted.NotifyUrl, wanted.ReturnUrl, wanted.ShowUrl, wanted.Charset, wanted.SignType);
        return trade;
    }

    private DirectTrade Read(DirectCall call, DirectMerchant merchant)
    {
        var terms = new PaymentTerms(call, merchant, keys);
        terms.Check();
        var (total, price, quantity) = terms.Amount();
        var now = time.GetUtcNow();
        return new DirectTrade
        {
            Partner = merchant.Partner,
            OutTradeNo = call["out_trade_no"],
            Subject = call["subject"],
            Body = call["body"],
            TotalFen = total,
            PriceFen = price,
            Quantity = quantity,
            TradeNo = $"{Beijing.Compact(now, "yyyyMMdd")}22001{Digits.Random(15)}",
            Token = Digits.Token(),
            ExtraCommonParam = call["extra_common_param"],
            CreatedAt = now,
            ExpiresAt = Expiry.After(call["it_b_pay"], options.Value.AlipayDirect.DefaultTimeout, now),
            Charset = call.CharsetName,
            SignType = call["sign_type"],
            NotifyUrl = call["notify_url"],
            ReturnUrl = call["return_url"],
            ShowUrl = call["show_url"],
        };
    }
}
