using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Modular.Web.Security;

/// <summary>Admits callers of the JSON API that send one of <c>Modular:Api:Keys</c> as a bearer token.</summary>
internal sealed class ApiKeys(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IConfiguration configuration)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Scheme_ = "api-key";
    public const string Policy = "api";

    private const string Prefix = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        // Hashes have one length, so the comparison says nothing about the key, not even how long it is.
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(value[Prefix.Length..].Trim()));
        string? caller = null;
        foreach (var key in configuration.GetSection("Modular:Api:Keys").GetChildren())
        {
            if (!string.IsNullOrWhiteSpace(key.Value) && CryptographicOperations.FixedTimeEquals(given, SHA256.HashData(Encoding.UTF8.GetBytes(key.Value.Trim()))))
            {
                caller = key.Key;
            }
        }

        if (caller is null)
        {
            return Task.FromResult(AuthenticateResult.Fail("The key is not one of Modular:Api:Keys."));
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, $"key-{caller}")], Scheme.Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }
}

/// <summary>Says in the OpenAPI document how callers authenticate.</summary>
internal sealed class BearerKeyTransformer : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo { Title = "Modular", Version = "v1", Description = "Orders and payments. Amounts are minor units (fen); times are UTC. Errors are application/problem+json with a stable code." };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
        return Task.CompletedTask;
    }
}
