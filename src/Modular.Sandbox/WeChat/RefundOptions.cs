namespace Modular.Sandbox.WeChat;

/// <summary>The section <c>Sandbox:WeChat:Refunds</c>.</summary>
internal sealed class RefundOptions
{
    /// <summary>How long a refund is in process; 0s: it is done when it is accepted.</summary>
    public string Delay { get; set; } = "5s";

    /// <summary>The time between two refunds of one trade.</summary>
    public string Interval { get; set; } = "1m";

    /// <summary>How an earlier one is refused: FREQUENCY_LIMITED (429) or INVALID_REQUEST (400); no description says.</summary>
    public string TooSoonCode { get; set; } = "FREQUENCY_LIMITED";
}
