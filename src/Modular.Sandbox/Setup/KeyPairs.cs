using System.Security.Cryptography;

namespace Modular.Sandbox.Setup;

internal static class KeyPairs
{
    /// <summary>Makes a key and writes both halves, as <c>NAME-private.pem</c> and <c>NAME-public.pem</c>.</summary>
    public static RSA Make(KeyFolder folder, string name)
    {
        var key = RSA.Create(2048);
        folder.Write(name + "-private.pem", key.ExportPkcs8PrivateKeyPem() + "\n");
        folder.Write(name + "-public.pem", key.ExportSubjectPublicKeyInfoPem() + "\n");
        return key;
    }
}
