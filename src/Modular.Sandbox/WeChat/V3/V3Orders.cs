using System.Text.Json;
using System.Text.Json.Nodes;

namespace Modular.Sandbox.WeChat.V3;

/// <summary><c>POST /v3/pay/transactions/{jsapi|native|h5|app}</c>.</summary>
internal sealed class V3Orders(WeChatBook book, WeChatDesk desk, WeChatLinks links, OpenIds openIds, TimeProvider time)
{
    public JsonObject Place(WeChatMerchant merchant, string product, string body)
    {
        var order = Order(merchant, product, BodySchema.Read(body, OrderBody.Fields(product)));
        var (_, session) = book.Locked(ledger => desk.Place(ledger, order));
        return session.Kind switch
        {
            PrepaySession.Code => new JsonObject { ["code_url"] = WeChatLinks.CodeUrl(session) },
            PrepaySession.H5 => new JsonObject { ["h5_url"] = links.H5(session) },
            _ => new JsonObject { ["prepay_id"] = session.PrepayId },
        };
    }

    private WeChatTrade Order(WeChatMerchant merchant, string product, JsonElement body)
    {
        V3Merchant.Check(merchant, Text(body, "mchid"));
        if (Text(body, "appid") != merchant.AppId)
        {
            throw new WeChatRefusal(400, "APPID_MCHID_NOT_MATCH", "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配，请检查后再试");
        }

        var openId = Text(body, "payer", "openid");
        if (openIds.IsForeign(openId, merchant.AppId))
        {
            throw WeChatRefusal.Parameter("/body/payer/openid", openId, "openid与appid不匹配", "openid和appid不匹配，请检查后再试");
        }

        var now = time.GetUtcNow();
        var end = Rfc3339.Read(Text(body, "time_expire"));
        if (end <= now)
        {
            throw WeChatRefusal.Parameter("/body/time_expire", Text(body, "time_expire"), "订单失效时间早于当前时间", "订单已过期，请检查time_expire");
        }

        return new WeChatTrade
        {
            MchId = merchant.MchId,
            AppId = merchant.AppId,
            OutTradeNo = Text(body, "out_trade_no"),
            Api = WeChatApi.V3,
            Product = product,
            Description = Text(body, "description"),
            TotalFen = body.GetProperty("amount").GetProperty("total").GetInt32(),
            NotifyUrl = Text(body, "notify_url"),
            Attach = Text(body, "attach"),
            OpenId = openId,
            ClientIp = Text(body, "scene_info", "payer_client_ip"),
            DeviceId = Text(body, "scene_info", "device_id"),
            Terms = OrderBody.Terms(body),
            CreatedAt = now,
            ExpiresAt = end,
        };
    }

    /// <summary>Empty where there is no such member.</summary>
    private static string Text(JsonElement node, params string[] path)
    {
        foreach (var name in path)
        {
            if (!node.TryGetProperty(name, out node))
            {
                return "";
            }
        }

        return node.GetString()!;
    }
}

/// <summary>The merchant number stands in the authorisation and again in the query or body.</summary>
internal static class V3Merchant
{
    public static void Check(WeChatMerchant merchant, string named, string location = "body")
    {
        if (named != merchant.MchId)
        {
            throw WeChatRefusal.Parameter(
                location == "body" ? "/body/mchid" : "mchid", named, "商户号不一致", "http header中的mchid与post payload中的mchid不匹配", location);
        }
    }
}
