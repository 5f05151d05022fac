namespace Modular.Sandbox.Tests.Support;

/// <summary>The contracts of the legacy gateway that <see cref="SandboxHost"/> knows.</summary>
internal static class DirectKeys
{
    public const string Partner = "2088999900000011";
    public const string Basic = "2088999900000012";
    public const string Careful = "2088999900000013";
    public const string Bare = "2088999900000014";
    public const string Md5 = "z8k2m4x6q0w1e3r5t7y9u1i2o3p4a5s6";

    public static IEnumerable<KeyValuePair<string, string?>> Settings()
    {
        foreach (var (name, partner) in new[] { ("usual", Partner), ("basic", Basic), ("careful", Careful), ("bare", Bare) })
        {
            var prefix = $"Sandbox:AlipayDirect:Merchants:{name}:";
            yield return new(prefix + "Partner", partner);
            yield return new(prefix + "Name", "老商家");
            yield return new(prefix + "Key", Md5);
            if (partner != Bare)
            {
                yield return new(prefix + "MerchantPublicKey", Keys.App.ExportSubjectPublicKeyInfoPem());
                yield return new(prefix + "AlipayPrivateKey", Keys.Alipay.ExportPkcs8PrivateKeyPem());
            }

            yield return new(prefix + "Product", partner == Basic ? "basic" : "advanced");
            yield return new(prefix + "AntiPhishing", partner == Careful ? "true" : "false");
            yield return new(prefix + "SelfTimeout", partner == Bare ? "false" : "true");
        }
    }
}
