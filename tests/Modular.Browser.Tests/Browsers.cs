using Microsoft.Playwright;

namespace Modular.Browser.Tests;

/// <summary>The browsers that shoppers come with.</summary>
internal static class Browsers
{
    private const string IPhone =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

    private const string IPhoneWeChat =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.60(0x18003c2f) NetType/WIFI Language/zh_CN";

    public static BrowserNewContextOptions Desktop => new()
    {
        ViewportSize = new ViewportSize { Width = 1280, Height = 900 },
        Locale = "zh-CN",
    };

    public static BrowserNewContextOptions Phone => new()
    {
        ViewportSize = new ViewportSize { Width = 390, Height = 844 },
        UserAgent = IPhone,
        Locale = "zh-CN",
        IsMobile = true,
        HasTouch = true,
        DeviceScaleFactor = 2,
    };

    private const string AndroidAlipay =
        "Mozilla/5.0 (Linux; U; Android 15; zh-CN; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0 UCBS/3.22 Mobile Safari/537.36 NebulaSDK/1.8 AlipayClient/10.6.90";

    public static BrowserNewContextOptions AlipayApp => new(Phone) { UserAgent = AndroidAlipay };

    public static BrowserNewContextOptions WeChat => new(Phone) { UserAgent = IPhoneWeChat };

    public static BrowserNewContextOptions English => new(Desktop) { Locale = "en-US" };

    public static BrowserNewContextOptions Dark => new(Desktop) { ColorScheme = ColorScheme.Dark };

    public static BrowserNewContextOptions WithoutScript => new(Desktop) { JavaScriptEnabled = false };
}
