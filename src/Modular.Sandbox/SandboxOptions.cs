using Modular.Sandbox.Alipay;
using Modular.Sandbox.AlipayDirect;
using Modular.Sandbox.WeChat;

namespace Modular.Sandbox;

/// <summary>The section <c>Sandbox</c>. Spans of time are written like <c>30s</c>, <c>4m</c>, <c>2h</c> or <c>15d</c>.</summary>
internal sealed class SandboxOptions
{
    /// <summary>Under which address browsers and merchants reach the sandbox; where it listens when empty.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Folder of <c>sandbox.json</c> and of the stored trades; nothing is stored when empty.</summary>
    public string? Data { get; set; }

    /// <summary>Divides the waits between notifications, so that a day of retries can be watched in minutes.</summary>
    public double TimeFactor { get; set; } = 1;

    /// <summary>Hosts, comma separated, that may be notified although they are not this machine.</summary>
    public string NotifyHosts { get; set; } = "";

    public AlipayOptions Alipay { get; set; } = new();

    public AlipayDirectOptions AlipayDirect { get; set; } = new();

    public WeChatOptions WeChat { get; set; } = new();
}
