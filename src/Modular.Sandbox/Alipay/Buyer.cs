namespace Modular.Sandbox.Alipay;

/// <summary>The one person who buys here.</summary>
internal static class Buyer
{
    public const string Id = "2088102146225135";

    public const string OpenId = "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5";

    /// <summary>Masked, as merchants see it.</summary>
    public const string LogonId = "tes***@sandbox.test";
}
