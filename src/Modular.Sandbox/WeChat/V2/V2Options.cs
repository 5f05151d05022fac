namespace Modular.Sandbox.WeChat.V2;

/// <summary>The section <c>Sandbox:WeChat:V2</c>. What the sources of the protocol disagree about is a setting here.</summary>
internal sealed class V2Options
{
    /// <summary>An order cannot be closed earlier; 0s switches the rule off, which the real host may not enforce.</summary>
    public string CloseAfter { get; set; } = "5m";

    /// <summary>How closing too early is refused; no description says.</summary>
    public string CloseTooEarlyCode { get; set; } = "TRADE_STATE_ERROR";

    /// <summary>How far time_expire must be ahead; the older description says 5m.</summary>
    public string ShortestExpiry { get; set; } = "1m";

    /// <summary>Characters of body; the newer description says 127.</summary>
    public int LongestBody { get; set; } = 128;

    /// <summary>Refuse NATIVE orders without product_id, as the description says.</summary>
    public bool ProductIdRequired { get; set; } = true;

    /// <summary>
    /// How a wrong field is refused: <c>business</c>, signed and with an err_code, or <c>transport</c>, as return_code FAIL
    /// with the sentence alone.
    /// </summary>
    public string ParameterErrors { get; set; } = "business";
}
