using System.Security.Cryptography;
using System.Text;

namespace Modular.Payments;

/// <summary>
/// Tells two payers apart without keeping who they are: the beginning of a hash of the payer's id. A provider binds a payment
/// to the payer who opened it, so a link that somebody else opens needs a payment of its own.
/// </summary>
internal static class PayerTag
{
    public static string Of(string payerId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(payerId)))[..16];

    /// <summary>Whether the payer may go on with a payment that carries <paramref name="tag"/>; null stands for not known.</summary>
    public static bool Fits(string? tag, string? payerId) => tag is null || payerId is null || tag == Of(payerId);
}
