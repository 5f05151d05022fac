using Modular.Sandbox.WeChat.OAuth;
using Modular.Sandbox.WeChat.V2;

namespace Modular.Sandbox.WeChat;

internal sealed class WeChatOptions
{
    public Dictionary<string, WeChatMerchant> Merchants { get; set; } = [];

    public OAuthOptions OAuth { get; set; } = new();

    public Cashier.H5Options H5 { get; set; } = new();

    public V2Options V2 { get; set; } = new();
}

internal sealed class WeChatMerchant
{
    public string AppId { get; set; } = "";
    public string MchId { get; set; } = "";
    public string ApiV2Key { get; set; } = "";
    public string AppSecret { get; set; } = "";
    public string Name { get; set; } = "";
    public string OAuthDomain { get; set; } = "127.0.0.1";
    public string H5Domains { get; set; } = "127.0.0.1";
    public string JsapiDirectories { get; set; } = "";
}

internal sealed class WeChatMerchants(Microsoft.Extensions.Options.IOptions<SandboxOptions> options)
{
    public WeChatMerchant? ByAppId(string appId) => options.Value.WeChat.Merchants.Values.FirstOrDefault(m => m.AppId == appId);

    public WeChatMerchant? ByMchId(string mchId) => options.Value.WeChat.Merchants.Values.FirstOrDefault(m => m.MchId == mchId);
}
