namespace Modular.Sandbox.Tests.Support;

internal static class WeChatKeys
{
    public const string AppId = "wx00000000000000a1";
    public const string AppSecret = "0123456789abcdef0123456789abcdef";
    public const string OtherAppId = "wx00000000000000a2";
    public const string OtherAppSecret = "abcdef0123456789abcdef0123456789";
}
