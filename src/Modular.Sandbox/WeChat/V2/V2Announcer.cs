using System.Text;
using Modular.Sandbox.Faults;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>Provisional: the core's courier takes its place.</summary>
internal sealed class V2Announcer(WeChatMerchants merchants) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });

    public void Dispose() => client.Dispose();

    public void Announce(Trade trade, FaultBoard faults)
    {
        var xml = V2NotifyBody.Write(V2NotifyBody.Fields(trade), merchants.ByMchId(trade.MchId)!.ApiV2Key, trade.Algorithm, faults.Notify(trade.OutTradeNo));
        _ = Task.Run(() => client.PostAsync(trade.NotifyUrl, new StringContent(xml, Encoding.UTF8, "text/xml")));
    }
}
