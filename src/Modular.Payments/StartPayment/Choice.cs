using Modular.Kernel;
using Modular.Payments.Abstractions;

namespace Modular.Payments;

/// <summary>How well a way to pay suits a device.</summary>
internal enum Suitability
{
    /// <summary>It would be a dead end there.</summary>
    None,

    /// <summary>The app around the browser blocks it; it works in an ordinary browser.</summary>
    Blocked,

    /// <summary>It works, though something else is more convenient.</summary>
    Possible,

    /// <summary>It is made for the device.</summary>
    Fits,
}

/// <summary>One way to pay: a provider instance and a scene.</summary>
internal sealed record Choice(string Provider, string DisplayName, string Plugin, Wallet Wallet, PaymentScene Scene)
{
    /// <summary>How the form names the choice.</summary>
    public string Value => $"{Provider}/{SceneName}";

    /// <summary>What the checkout calls it: the provider's name, and the instance's where two have one name.</summary>
    public string Label { get; private init; } = DisplayName;

    /// <summary>The scene as it stands in addresses and texts.</summary>
    public string SceneName => Scene.ToText();

    /// <summary>Every way of the instances in service that a web page can go.</summary>
    public static IReadOnlyList<Choice> AllOf(IEnumerable<ProviderView> providers)
    {
        var all = (from provider in providers
                   where provider.Problem is null
                   from scene in provider.WebScenes
                   select new Choice(provider.Name, provider.DisplayName, provider.Plugin, provider.Wallet, scene)).ToArray();

        // Two instances of one provider would look alike.
        var ambiguous = all.GroupBy(choice => (choice.DisplayName, choice.Scene)).Where(group => group.Count() > 1).SelectMany(group => group).ToHashSet();
        return Array.ConvertAll(all, choice => ambiguous.Contains(choice) ? choice with { Label = $"{choice.DisplayName} ({choice.Provider})" } : choice);
    }

    /// <summary>
    /// The device matrix. Inside one wallet's app the pages of another do not open; WeChat's own page for phone browsers refuses
    /// WeChat, and the payment inside WeChat needs the bridge that only WeChat's browser has.
    /// </summary>
    public Suitability On(Device device) => (device, Scene) switch
    {
        (_, PaymentScene.App) => Suitability.None,
        (Device.Wechat, _) when Wallet == Wallet.Alipay => Suitability.Blocked,
        (Device.Alipay, _) when Wallet == Wallet.WeChat => Scene == PaymentScene.Wechat ? Suitability.None : Suitability.Blocked,
        (Device.Wechat, PaymentScene.Wechat) => Suitability.Fits,
        (_, PaymentScene.Wechat) => Suitability.None,
        (Device.Wechat, PaymentScene.Mobile) when Wallet == Wallet.WeChat => Suitability.None,
        (Device.Computer, PaymentScene.Pc or PaymentScene.Qr) => Suitability.Fits,
        (not Device.Computer, PaymentScene.Mobile) => Suitability.Fits,
        _ => Suitability.Possible,
    };
}

/// <summary>What the checkout offers on one device, in the order in which it is shown.</summary>
/// <param name="Fitting">Made for the device.</param>
/// <param name="Others">Also possible; when nothing fits, these are all there is.</param>
/// <param name="Blocked">What the app around the browser is in the way of.</param>
internal sealed record Offer(IReadOnlyList<Choice> Fitting, IReadOnlyList<Choice> Others, IReadOnlyList<Choice> Blocked)
{
    public static Offer For(Device device, IReadOnlyList<Choice> all)
    {
        Choice[] That(Suitability suitability) => [.. all.Where(choice => choice.On(device) == suitability)];
        return new Offer([.. That(Suitability.Fits).OrderBy(choice => choice.Scene)], That(Suitability.Possible), That(Suitability.Blocked));
    }

    public IEnumerable<Choice> Choosable => Fitting.Concat(Others);
}
