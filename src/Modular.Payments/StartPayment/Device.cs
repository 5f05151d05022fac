using Modular.Kernel;

namespace Modular.Payments;

/// <summary>In what the shopper reads the page. It decides what is offered first and never what is allowed.</summary>
internal enum Device
{
    /// <summary>A computer's browser.</summary>
    Computer,

    /// <summary>A phone's browser.</summary>
    Phone,

    /// <summary>The browser inside WeChat, on a phone or a computer.</summary>
    Wechat,

    /// <summary>The browser inside Alipay's app.</summary>
    Alipay,
}

/// <summary>Tells devices apart.</summary>
internal static class Devices
{
    /// <summary>
    /// What <paramref name="asked"/> names (<c>computer</c>, <c>phone</c>, <c>wechat</c>, <c>alipay</c>), for shoppers whose browser
    /// says something else than it is; otherwise what the user agent tells.
    /// </summary>
    public static Device Of(string userAgent, string? asked) =>
        EnumText<Device>.TryParse(asked, out var device) ? device
        : Has(userAgent, "MicroMessenger") ? Device.Wechat
        : Has(userAgent, "AlipayClient") ? Device.Alipay
        : Has(userAgent, "Mobi") || Has(userAgent, "Android") ? Device.Phone
        : Device.Computer;

    private static bool Has(string userAgent, string word) => userAgent.Contains(word, StringComparison.OrdinalIgnoreCase);
}
