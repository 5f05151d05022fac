namespace Modular.Sandbox.WeChat.Bills;

/// <summary>The section <c>Sandbox:WeChat:Bills</c>.</summary>
internal sealed class BillOptions
{
    /// <summary>What WeChat Pay keeps of each payment, in percent.</summary>
    public decimal FeePercent { get; set; } = 0.6m;

    /// <summary>How long a download_url is good; an older description says 30s.</summary>
    public string LinkLifetime { get; set; } = "5m";

    /// <summary>When a day's bill is there, counted from the end of the day in Beijing.</summary>
    public string MadeAfter { get; set; } = "10h";
}
