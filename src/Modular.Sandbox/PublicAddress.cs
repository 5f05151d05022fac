using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Modular.Sandbox;

/// <summary>The address that links in answers and pages begin with.</summary>
internal sealed class PublicAddress(IServer server, IOptions<SandboxOptions> options)
{
    /// <summary>Without a slash at the end. The port is known only once the server listens, hence not a constant.</summary>
    public string Base => (options.Value.PublicUrl is { Length: > 0 } configured ? configured : Listening()).TrimEnd('/');

    private string Listening() =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
        ?? throw new InvalidOperationException("The sandbox does not listen yet; set Sandbox:PublicUrl to know its address earlier.");
}
