using Modular.Sandbox.Notifications;

namespace Modular.Sandbox.WeChat.Notifications;

/// <summary>Writes the news of a payment, or of the end of a refund, the way one of the two APIs does.</summary>
internal interface INotificationWriter
{
    /// <summary>One of <see cref="WeChatApi"/>: trades that came by this API are announced by this writer.</summary>
    string Api { get; }

    /// <summary>The news as of now; null where the merchant cannot be told, for want of a key.</summary>
    /// <param name="id">36 characters that stay the same over all attempts.</param>
    IEnvelope? Write(WeChatTrade trade, string id);

    /// <summary>The same about a refund that has come to its end or needs a person.</summary>
    IEnvelope? Write(WeChatTrade trade, WeChatRefund refund, string id) => null;
}
