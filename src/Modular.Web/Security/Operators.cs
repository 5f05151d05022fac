using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace Modular.Web.Security;

/// <summary>The people of <c>Modular:Ops:Users</c>. Immutable and thread-safe.</summary>
internal sealed class Operators
{
    public const string Viewer = "viewer";
    public const string Operator = "operator";

    // Changes with the password, so that a new password ends the sessions of the old one.
    private const string StampClaim = "stamp";

    private static readonly PasswordHasher<string> Hasher = new();

    // Compared with when the name is unknown, so that the answer takes as long as for a known one.
    private static readonly string NobodysHash = Hasher.HashPassword("", Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    private readonly Dictionary<string, (string Hash, string Role)> users = new(StringComparer.Ordinal);

    public Operators(IConfiguration configuration)
    {
        foreach (var section in configuration.GetSection("Modular:Ops:Users").GetChildren())
        {
            var (name, hash, role) = (section["Name"], section["PasswordHash"], section["Role"] ?? Viewer);
            if (string.IsNullOrWhiteSpace(name) || string.IsNullOrWhiteSpace(hash) || role is not (Viewer or Operator))
            {
                throw new InvalidOperationException($"{section.Path} needs a Name, a PasswordHash (made with the hash-password command) and a Role, viewer or operator.");
            }

            users.Add(name, (hash.Trim(), role));
        }
    }

    /// <summary>The person of that name and password; null when there is none.</summary>
    public ClaimsPrincipal? SignIn(string name, string password)
    {
        var known = users.TryGetValue(name, out var user);
        var matches = Matches(known ? user.Hash : NobodysHash, password);
        return known && matches
            ? new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, user.Role), new Claim(StampClaim, Stamp(user.Hash, user.Role))],
                CookieAuthenticationDefaults.AuthenticationScheme))
            : null;
    }

    /// <summary>Whether a signed-in person still exists with the same password and role.</summary>
    public bool IsCurrent(ClaimsPrincipal principal) =>
        principal.Identity?.Name is { } name && users.TryGetValue(name, out var user)
        && principal.FindFirstValue(StampClaim) == Stamp(user.Hash, user.Role);

    private static bool Matches(string hash, string password)
    {
        try
        {
            return Hasher.VerifyHashedPassword("", hash, password) != PasswordVerificationResult.Failed;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static string Stamp(string hash, string role) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(hash + role)))[..16];
}
