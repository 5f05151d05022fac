namespace Modular.Sandbox.Tests.Support;

internal static class WeChatKeys
{
    public const string AppId = "wx00000000000000a1";
    public const string MchId = "1900000001";
    public const string ApiV2Key = "192006250b4c09247ec02edce69f6a2d";
    public const string AppSecret = "0123456789abcdef0123456789abcdef";
    public const string OtherAppId = "wx00000000000000a2";
    public const string OtherMchId = "1900000002";
    public const string OtherApiV2Key = "abcdefghijklmnopqrstuvwxyz012345";
    public const string OtherAppSecret = "abcdef0123456789abcdef0123456789";
}
