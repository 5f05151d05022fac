using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Modular.Sandbox.WeChat.V3;

/// <summary>Asking for a trade and closing one.</summary>
internal sealed class V3Trades(IOptions<SandboxOptions> options, WeChatBook book, WeChatDesk desk)
{
    private static readonly IReadOnlyList<BodyField> CloseFields = [BodyField.Text("mchid", 32, isRequired: true)];

    private readonly bool closesUnknown = options.Value.WeChat.CloseUnknown == StatusCodes.Status204NoContent;

    public JsonObject ByNumber(WeChatMerchant merchant, HttpRequest request, string outTradeNo)
    {
        V3Merchant.Check(merchant, request.Query["mchid"].ToString(), "query");
        return book.Locked(ledger => Tell(ledger.ByNumber(merchant.MchId, outTradeNo)));
    }

    public JsonObject ById(WeChatMerchant merchant, HttpRequest request, string transactionId)
    {
        V3Merchant.Check(merchant, request.Query["mchid"].ToString(), "query");
        return book.Locked(ledger => Tell(ledger.ByTransaction(merchant.MchId, transactionId)));
    }

    public void Close(WeChatMerchant merchant, string outTradeNo, string body)
    {
        V3Merchant.Check(merchant, BodySchema.Read(body, CloseFields).GetProperty("mchid").GetString()!);
        book.Locked(ledger =>
        {
            if (ledger.ByNumber(merchant.MchId, outTradeNo) is { } trade)
            {
                desk.Close(trade);
            }
            else if (!closesUnknown)
            {
                throw WeChatRefusal.NoSuchOrder();
            }

            return 0;
        });
    }

    private JsonObject Tell(WeChatTrade? trade) =>
        trade is null ? throw WeChatRefusal.NoSuchOrder() : TransactionNode.Of(trade, asUnpaid: desk.IsLagging(trade));
}
