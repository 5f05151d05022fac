namespace Modular.Sandbox.WeChat.V2;

/// <summary>A request of API v2 whose signature was right.</summary>
internal sealed record V2Call(WeChatMerchant Merchant, IReadOnlyDictionary<string, string> Fields, string Algorithm)
{
    /// <summary>Empty when absent.</summary>
    public string this[string name] => Fields.GetValueOrDefault(name, "");
}
