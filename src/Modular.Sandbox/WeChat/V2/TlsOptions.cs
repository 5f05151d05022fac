namespace Modular.Sandbox.WeChat.V2;

/// <summary>The section <c>Sandbox:WeChat:Tls</c>: for an address that begins with https. PEM, or a file relative to the data folder.</summary>
internal sealed class TlsOptions
{
    /// <summary>The certificate that the sandbox shows, and its private key.</summary>
    public string Certificate { get; set; } = "";

    public string PrivateKey { get; set; } = "";

    /// <summary>Whose certificates merchants must show.</summary>
    public string Authority { get; set; } = "";
}
