namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>The section <c>Sandbox:WeChat:H5</c>.</summary>
internal sealed class H5Options
{
    /// <summary>How long the gate lets browsers in after an order was placed.</summary>
    public string LinkLifetime { get; set; } = "5m";

    /// <summary>Compare the browser's address with the order's. Off, because everything is this machine here.</summary>
    public bool CheckClientIp { get; set; }
}
