using System.Security.Cryptography;

namespace Modular.Sandbox.WeChat.V2;

/// <summary>32 letters and digits: a nonce, and as long as a key that nobody knows.</summary>
internal static class V2Nonce
{
    public static string Create() => RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 32);
}
