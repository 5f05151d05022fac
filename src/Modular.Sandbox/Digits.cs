using System.Security.Cryptography;

namespace Modular.Sandbox;

/// <summary>The unguessable parts of numbers and links.</summary>
internal static class Digits
{
    public static string Random(int count) => RandomNumberGenerator.GetString("0123456789", count);

    public static string Token(int length = 24) => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", length);
}
