using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Modular.Kernel.Idempotency;

namespace Modular.Kernel.Web;

/// <summary>Reads the <c>Idempotency-Key</c> header.</summary>
public static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>The key with the caller and the route it belongs to; null when the request has none.</summary>
    /// <exception cref="ApiProblemException">The header is given twice, empty, longer than 255 characters or not printable ASCII.</exception>
    public static IdempotencyKey? Read(HttpContext context, string route, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(context);
        var values = context.Request.Headers[Name];
        if (values.Count == 0)
        {
            return null;
        }

        var key = values.Count == 1 ? values[0] : null;
        if (key is not { Length: >= 1 and <= 255 } || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ApiProblemException(400, "invalid_idempotency_key", $"{Name} must be given once, with 1 to 255 printable ASCII characters and no spaces.");
        }

        var caller = context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "anonymous";
        return new IdempotencyKey($"{caller} {route}", key, Convert.ToHexStringLower(SHA256.HashData(body)));
    }
}
