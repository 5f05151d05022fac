using Modular.Payments;

namespace Modular.Web.Pages;

internal static class MessageTone
{
    /// <summary>How a message's verdict looks: what nobody could judge is neither good nor bad.</summary>
    public static string Tone(this InboxView message) => message.Verdict switch
    {
        "accepted" => "good",
        "refused" => "bad",
        _ => "warm",
    };
}
