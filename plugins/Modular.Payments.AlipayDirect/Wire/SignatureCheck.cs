using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Checks <c>sign</c> and <c>sign_type</c> of a notification or a return.</summary>
internal static class SignatureCheck
{
    /// <summary>Null when the message is authentic.</summary>
    public static (RefusalReason Reason, string Detail)? Refusal(in FormMessage message, Signer signer)
    {
        if (!message.TryGet("sign"u8, out var sign) || sign.IsEmpty)
        {
            return (RefusalReason.MissingSignature, "The message has no sign.");
        }

        if (!message.TryGet("sign_type"u8, out var type) || !System.Text.Ascii.Equals(type, signer.Name))
        {
            return (RefusalReason.WrongAlgorithm, $"The message does not name the sign_type {signer.Name}: set SignType to the one in which payments are started, and change it while none is open.");
        }

        using var canonical = CanonicalText.Of(message);
        if (signer.IsAuthentic(canonical.Bytes, sign))
        {
            return null;
        }

        // The documents leave empty values out; those who have seen some signed are believed as well, it is Alipay's signature either way.
        using var complete = CanonicalText.Of(message, withEmptyValues: true);
        return complete.Bytes.Length > canonical.Bytes.Length && signer.IsAuthentic(complete.Bytes, sign) ? null
            : sign.Contains((byte)' ') ? (RefusalReason.WrongSignature, "The sign has spaces where Base64 has plus signs: something in between decoded the message once too often.")
            : (RefusalReason.WrongSignature, $"The signature does not belong to this message and {signer.KeyName}: if all messages are refused, copy it from the merchant centre again.");
    }
}
