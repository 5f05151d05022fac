namespace Modular.Payments;

/// <summary>What can be told of the shopper's device by its user agent. It decides what is offered first and never what is allowed.</summary>
internal sealed record Device(bool IsPhone, bool IsInsideWeChat)
{
    public static Device Of(string userAgent) => new(
        IsPhone: userAgent.Contains("Mobi", StringComparison.OrdinalIgnoreCase) || userAgent.Contains("Android", StringComparison.OrdinalIgnoreCase),
        IsInsideWeChat: userAgent.Contains("MicroMessenger", StringComparison.OrdinalIgnoreCase));
}

/// <summary>One way to pay: a provider instance and a scene.</summary>
internal sealed record Choice(string Provider, string DisplayName, string Plugin, string Scene)
{
    private const string AlipayPlugin = "Modular.Payments.Alipay";

    private static readonly string[] OnPhones = ["mobile"];
    private static readonly string[] OnComputers = ["pc", "qr"];

    /// <summary>How the form names the choice.</summary>
    public string Value => $"{Provider}/{Scene}";

    /// <summary>WeChat's browser opens none of Alipay's pages, so a link to them would be a dead one.</summary>
    public bool IsBlockedInsideWeChat => Plugin.StartsWith(AlipayPlugin, StringComparison.Ordinal);

    /// <summary>Every way of the instances in service that a web page can go.</summary>
    public static IReadOnlyList<Choice> AllOf(IEnumerable<ProviderView> providers) =>
    [
        .. from provider in providers
           where provider.Problem is null
           from scene in provider.Scenes
           where scene is "pc" or "mobile" or "qr"
           select new Choice(provider.Name, provider.DisplayName, provider.Plugin, scene),
    ];

    /// <summary>The choices that suit the device, best first, and the others. When none suits, all are offered alike.</summary>
    public static (IReadOnlyList<Choice> Fitting, IReadOnlyList<Choice> Others) Split(IReadOnlyList<Choice> all, Device device)
    {
        var scenes = device.IsPhone ? OnPhones : OnComputers;
        var fitting = all.Where(choice => scenes.Contains(choice.Scene) && !(device.IsInsideWeChat && choice.IsBlockedInsideWeChat))
            .OrderBy(choice => Array.IndexOf(scenes, choice.Scene)).ToArray();
        return fitting.Length == 0 && !device.IsInsideWeChat ? (all, []) : (fitting, [.. all.Except(fitting)]);
    }
}
