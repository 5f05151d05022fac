using System.Security.Cryptography;

namespace Modular.Sandbox.Signing;

/// <summary>A key that no merchant was told about, for signatures that must be wrong. Made when first needed.</summary>
internal static class NobodysKey
{
    private static readonly Lazy<RSA> Made = new(() => RSA.Create(2048));

    public static RSA Value => Made.Value;
}
