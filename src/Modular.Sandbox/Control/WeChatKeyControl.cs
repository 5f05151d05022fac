using Modular.Sandbox.Faults;
using Modular.Sandbox.Notifications;
using Modular.Sandbox.WeChat;
using Modular.Sandbox.WeChat.Notifications;

namespace Modular.Sandbox.Control;

/// <summary>What WeChat Pay does with its own keys: new certificates, the change to the public key, signature tests.</summary>
internal static class WeChatKeyControl
{
    internal sealed record RotateRequest(string? MchId = null, bool Drop = false);

    internal sealed record ShareRequest(double Share, string? MchId = null);

    internal sealed record ProbeRequest(string OutTradeNo);

    public static void MapWeChatKeyControl(this WebApplication app)
    {
        app.MapPost("/sandbox/wechat/rotate", async (HttpRequest request, WeChatMerchants merchants) =>
        {
            var wanted = await ControlModule.ReadAsync<RotateRequest>(request) ?? new RotateRequest();
            return Each(merchants, wanted.MchId, merchant => merchant.Certificates.Rotate(wanted.Drop));
        });
        app.MapPost("/sandbox/wechat/public-key", async (HttpRequest request, WeChatMerchants merchants) =>
        {
            return await ControlModule.ReadAsync<ShareRequest>(request) is { Share: >= 0 and <= 1 } wanted
                ? Each(merchants, wanted.MchId, merchant => merchant.PublicKeyShare = wanted.Share)
                : ControlModule.Problem(400, "invalid_share", "The share is a number from 0 to 1.");
        });
        app.MapPost("/sandbox/wechat/probe", async (HttpRequest request, WeChatBook book, WeChatAnnouncer announcer, Courier courier) =>
        {
            var number = (await ControlModule.ReadAsync<ProbeRequest>(request))?.OutTradeNo ?? "";
            return book.Locked(ledger =>
            {
                if (ledger.Newest(number, null) is not { } trade)
                {
                    return ControlModule.Problem(404, "unknown_trade", "The sandbox has no WeChat trade of this number.");
                }

                if (!trade.IsPaid || announcer.Write(trade, envelope => new ProbeEnvelope(envelope)) is not { } probe)
                {
                    return ControlModule.Problem(409, "not_announced", "Only a paid trade of a merchant with a key is announced.");
                }

                courier.Send(probe);
                return ControlModule.Answer(NotificationControl.View(probe));
            });
        });
    }

    private static IResult Each<T>(WeChatMerchants merchants, string? mchId, Func<WeChatMerchant, T> change)
    {
        var chosen = merchants.All.Where(merchant => mchId is null || merchant.MchId == mchId).ToList();
        if (chosen.Count == 0)
        {
            return ControlModule.Problem(404, "unknown_merchant", "The sandbox has no WeChat merchant of this mchId.");
        }

        chosen.ForEach(merchant => change(merchant));
        return ControlModule.Answer(chosen.Select(View).ToList());
    }

    private static object View(WeChatMerchant merchant) => new
    {
        merchant.MchId,
        merchant.AppId,
        certificates = merchant.Certificates.All.Select(key => key.Serial).ToList(),
        publicKeyId = merchant.PublicKey?.Serial,
        merchant.PublicKeyShare,
    };

    /// <summary>A notification sent once, with the signature of a test.</summary>
    private sealed class ProbeEnvelope(IEnvelope inner) : IEnvelope
    {
        public DeliveryRules Rules { get; } = inner.Rules with { Schedule = [] };

        public IReadOnlyDictionary<string, string> Fields => inner.Fields;

        public void Write(HttpRequestMessage request, NotifyFaults faults, DateTimeOffset now) =>
            inner.Write(request, faults with { Probe = true }, now);

        public bool IsAcknowledged(int status, string answer) => inner.IsAcknowledged(status, answer);
    }
}
