using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.WeChatPay.Wire;

namespace Modular.Payments.WeChatPay.Doctor;

/// <summary>Says why a notification of WeChat Pay's API v3 is not right. Made for one request.</summary>
internal sealed class WeChatPayDoctor(DiagnosisRequest request) : IDisposable
{
    private const string TypeHeader = "Wechatpay-Signature-Type";
    private const string SignatureHeader = "Wechatpay-Signature";

    // Once the signature of the message is right, only the tag of the encrypted part can be wrong.
    private const RefusalReason CannotOpen = RefusalReason.WrongSignature;

    // The orders in which WeChat Pay's documents and SDKs write the members of the envelope and of what is in it.
    private static readonly string[][] Orders =
    [
        ["id", "create_time", "resource_type", "event_type", "summary", "resource", "original_type", "algorithm", "ciphertext", "associated_data", "nonce"],
        ["id", "create_time", "event_type", "resource_type", "resource", "summary", "algorithm", "ciphertext", "nonce", "associated_data", "original_type"],
        ["id", "create_time", "resource_type", "event_type", "resource", "summary", "algorithm", "ciphertext", "nonce", "original_type", "associated_data"],
        ["id", "create_time", "resource_type", "event_type", "summary", "resource", "algorithm", "original_type", "ciphertext", "nonce", "associated_data"],
        ["id", "create_time", "resource_type", "event_type", "summary", "resource", "original_type", "algorithm", "ciphertext", "nonce", "associated_data"],
    ];

    private readonly KeyRing ring = new(request);

    private ReadOnlyMemory<byte> Body => request.Request.Body;

    public Diagnosis Diagnose()
    {
        if (string.Equals(request.Request.Method, "GET", StringComparison.OrdinalIgnoreCase))
        {
            return Diagnosis.Unexplained("WeChat Pay does not sign the address with which a browser returns, so there is nothing to verify; the shop asks WeChat Pay instead.", "", "");
        }

        if (request.Request.Header(SignatureHeader)?.StartsWith(MessageCheck.ProbePrefix, StringComparison.Ordinal) == true)
        {
            return Diagnosis.Of(Causes.Probe, "The signature is one of WeChat Pay's tests", ByteText.Display(ByteText.Of(Body.Span)), "");
        }

        if (Body.Span.TrimStart("\uFEFF \t\r\n"u8) is [(byte)'<', ..])
        {
            return Diagnosis.Of(Causes.WrongApiVersion, "The message is XML, as API v2 sends it, and this instance speaks API v3", ByteText.Display(ByteText.Of(Body.Span)), "");
        }

        // A type that differs is looked at later, because the signature may be right for all that.
        if (SignatureHeaders.Read([.. request.Request.Headers.Where(header => !header.Key.Equals(TypeHeader, StringComparison.OrdinalIgnoreCase))], out var doubt) is not { } headers)
        {
            return Headless(doubt!);
        }

        var canonical = Canonical(headers, Body.Span);
        if (ring.IsOwnPublicKey("PublicKey"))
        {
            return Diagnosis.Of(Causes.OwnPublicKey, "PublicKey is the public half of the merchant's own PrivateKey, with which no message of WeChat Pay's can be verified", canonical, "PublicKey");
        }

        var (named, name) = NamedKey(headers.Serial);
        return AsItStands(headers, named, name, canonical)
            ?? Proved(headers, named ?? ring.Own("PublicKey"), name)
            ?? FromStructure(headers, named, canonical)
            ?? Unexplained(headers, named, canonical);
    }

    public void Dispose() => ring.Dispose();

    private static string Canonical(SignatureHeaders headers, ReadOnlySpan<byte> body)
    {
        using var text = CanonicalText.OfMessage(headers.Timestamp, headers.Nonce, body);
        return ByteText.Display(ByteText.Of(text.Bytes));
    }

    private Diagnosis Headless(Doubt doubt)
    {
        var body = ByteText.Display(ByteText.Of(Body.Span));
        return doubt.Reason != RefusalReason.MissingSignature ? Diagnosis.Unexplained(doubt.Detail, body, "")
            : Truncation.ByLength(request.Request) is { } cut ? Diagnosis.Of(Causes.Truncated, cut, body, "")
            : Diagnosis.Of(Causes.MissingSignature, $"The message lacks {string.Join(", ", SignatureHeaders.Missing(request.Request.Headers))}", body, "");
    }

    /// <summary>The key that the message names, if it is known here, and what the operator knows it by.</summary>
    private (RSA? Key, string Name) NamedKey(string serial)
    {
        var shown = ForeignText.OneLine(serial, 64);
        return request.Settings.Optional("PublicKeyId") == serial ? (ring.Own("PublicKey"), shown)
            : KeySerial.IsCertificate(serial) && request.Running is WeChatPayProvider running ? (running.KnownPlatformKey(serial), shown)
            : (null, shown);
    }

    private Diagnosis? AsItStands(SignatureHeaders headers, RSA? named, string name, string canonical)
    {
        if (named is not null && SignatureCheck.IsAuthentic(headers, Body.Span, named))
        {
            return Authentic(headers, name, canonical);
        }

        foreach (var key in ring.Keys)
        {
            if (!SignatureCheck.IsAuthentic(headers, Body.Span, key.Key))
            {
                continue;
            }

            return key.Instance is null && key.Setting.Equals("PublicKey", StringComparison.OrdinalIgnoreCase)
                ? Diagnosis.Of(Causes.UnknownSerial, $"The signature is right with PublicKey, but the message names {name} and PublicKeyId is {request.Settings.Optional("PublicKeyId") ?? "not set"}", canonical, "PublicKey")
                : Diagnosis.Of(Surroundings.CauseOf(request.Settings, key.Instance, Causes.OtherKey), $"The signature is right with {key.Name}, and the message names {name}", canonical, key.Name);
        }

        return null;
    }

    private Diagnosis Authentic(SignatureHeaders headers, string name, string canonical)
    {
        if (Skew(headers) is { } skew)
        {
            return Diagnosis.Of(Causes.ClockSkew, $"The signature is right, and the message was signed {skew}", canonical, name);
        }

        if (request.Request.Header(TypeHeader) is { } type && type != SignatureCheck.Algorithm)
        {
            return Diagnosis.Of(Causes.SignTypeWrong, $"The signature is right for {SignatureCheck.Algorithm}, and {TypeHeader} names another algorithm", canonical, name);
        }

        if (MessageForm.Problem(request.Request) is { } problem)
        {
            return Diagnosis.Unexplained($"The signature is right, and the message is refused all the same: {problem}", canonical, name);
        }

        if (request.Settings.Optional("ApiV3Key") is not { } apiKey || Encoding.UTF8.GetByteCount(apiKey) != 32)
        {
            return Diagnosis.Unexplained("The signature is right, and the content cannot be opened, because ApiV3Key is not the 32 characters that the merchant console shows: set it.", canonical, name);
        }

        return Notification.Read(Body, new ResourceCipher(Encoding.UTF8.GetBytes(apiKey))) is Verification.Refused refused
            ? OpenedOtherwise(refused, canonical, name)
            : new Diagnosis(true, null, $"The signature belongs to this message and the key {name}, and ApiV3Key opens its content.", canonical, name);
    }

    private Diagnosis OpenedOtherwise(Verification.Refused refused, string canonical, string name)
    {
        var cannotOpen = refused.Reason == CannotOpen;
        foreach (var secret in ring.Secrets.Where(secret => cannotOpen && Encoding.UTF8.GetByteCount(secret.Value) == 32))
        {
            if (Notification.Read(Body, new ResourceCipher(Encoding.UTF8.GetBytes(secret.Value))) is not Verification.Refused { Reason: CannotOpen })
            {
                var cause = Surroundings.CauseOf(request.Settings, secret.Instance, Causes.OtherApiKey);
                return Diagnosis.Of(cause, $"The signature is right, and {secret.Name} opens the content while ApiV3Key does not", canonical, name);
            }
        }

        return Diagnosis.Unexplained($"The signature is right, and the message is refused all the same: {refused.Detail}", canonical, name);
    }

    private Diagnosis? Proved(SignatureHeaders headers, RSA? key, string name)
    {
        if (key is null)
        {
            return null;
        }

        foreach (var (cause, signature, when) in OtherSignatures(headers.Signature))
        {
            if (signature != headers.Signature && SignatureCheck.IsAuthentic(headers with { Signature = signature }, Body.Span, key))
            {
                return Diagnosis.Of(new Proof(cause, when, Canonical(headers, Body.Span)), name);
            }
        }

        return BodyDoctor.Find(Body.Span, Orders, request.MaxTrials, body => SignatureCheck.IsAuthentic(headers, body, key)) is { } found
            ? Diagnosis.Of(new Proof(found.Cause, found.When, Canonical(headers, found.Body)), name)
            : null;
    }

    private static IEnumerable<(string Cause, string Signature, string When)> OtherSignatures(string signature)
    {
        var unpadded = signature.TrimEnd('=');
        yield return (Causes.PlusBecameSpace, signature.Replace(' ', '+'), $"the spaces in {SignatureHeader} are plus signs again");
        yield return (Causes.NotDecoded, Uri.UnescapeDataString(signature), $"{SignatureHeader} is percent-decoded");
        yield return (Causes.Truncated, unpadded + new string('=', (4 - (unpadded.Length % 4)) % 4), $"the padding that {SignatureHeader} has lost is put back");
    }

    private Diagnosis? FromStructure(SignatureHeaders headers, RSA? named, string canonical)
    {
        var serial = ForeignText.OneLine(headers.Serial, 64);
        var key = named ?? ring.Own("PublicKey");
        return Truncation.ByLength(request.Request) is { } cut ? Diagnosis.Of(Causes.Truncated, cut, canonical, serial)
            : Truncation.IsBrokenOffJson(Body.Span) ? Diagnosis.Of(Causes.Truncated, "The JSON of the message breaks off", canonical, serial)
            : key is not null && Truncation.IsBrokenOffSignature(headers.Signature, key.KeySize) ? Diagnosis.Of(Causes.Truncated, $"The {SignatureHeader} is too short for the key", canonical, serial)
            : named is null && IsUnknown(headers.Serial) ? OfUnknownKey(headers, serial, canonical)
            : null;
    }

    /// <summary>
    /// The age of a message is judged before its key is looked for. With a wrong clock the platform certificates cannot be fetched either, so
    /// that no certificate is known at all, and the clock is what is wrong.
    /// </summary>
    private Diagnosis OfUnknownKey(SignatureHeaders headers, string serial, string canonical)
    {
        if (Skew(headers) is { } skew)
        {
            return Diagnosis.Of(Causes.ClockSkew, $"The message was signed {skew}, and is refused for that alone; its signature was not looked at, because {serial} is not known here", canonical, serial);
        }

        return KeySerial.IsCertificate(headers.Serial) && CertificatesUnknown(serial) is { } sentence
            ? Diagnosis.Unexplained(sentence, canonical, serial)
            : Diagnosis.Of(Causes.UnknownSerial, Unknown(serial), canonical, serial);
    }

    /// <summary>Why nothing can be said of a platform certificate; null when there is something to compare it with.</summary>
    private string? CertificatesUnknown(string serial) =>
        request.Running is WeChatPayProvider running
            ? running.HasPlatformCertificates ? null : $"The message names the platform certificate {serial}, and this instance could not fetch any yet, so nobody can tell whether it is WeChat Pay's: see to it that BaseUrl can be reached and that ApiV3Key and PrivateKey are right, and have the message processed again."
            : ring.Own("PublicKey") is null && request.Settings.Optional("PublicKeyId") is null
                ? $"The message names the platform certificate {serial}, and only the running shop knows WeChat Pay's platform certificates, for no setting holds them: examine the message there, on the operations page /ops/diagnose or with POST /api/diagnoses."
                : null;

    /// <summary>By how much and in which direction this machine's clock and the message disagree; null when the message is fresh.</summary>
    private string? Skew(SignatureHeaders headers)
    {
        var arrived = request.Request.ReceivedAt ?? request.Now;
        var ahead = Freshness.SecondsAhead(headers, arrived);
        return Freshness.Doubt(headers, arrived) is null
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(ahead)} seconds {(ahead > 0 ? "ahead of" : "behind")} this machine's clock, which is five minutes or more");
    }

    // A configured id without its key is a wrong setting and no unknown serial.
    private bool IsUnknown(string serial) => request.Settings.Optional("PublicKeyId") != serial;

    private string Unknown(string serial) =>
        KeySerial.IsPublicKeyId(serial)
            ? $"The message names the public key {serial}, and PublicKeyId is {request.Settings.Optional("PublicKeyId") ?? "not set"}"
            : KeySerial.IsCertificate(serial)
                ? request.Running is null
                    ? $"The message names the platform certificate {serial}, which only the running shop can fetch"
                    : $"The message names the platform certificate {serial}, which is none that this instance has fetched"
                : "The message's Wechatpay-Serial is neither the serial of a certificate nor the id of a public key";

    private static Diagnosis Unexplained(SignatureHeaders headers, RSA? named, string canonical)
    {
        var serial = ForeignText.OneLine(headers.Serial, 64);
        return named is null
            ? Diagnosis.Unexplained($"PublicKey cannot be read from the settings, so nothing that names {serial} can be verified: download WeChat Pay's public key from the merchant console.", canonical, serial)
            : Diagnosis.Unexplained(
                $"The signature belongs neither to this text and the key {serial} nor, by any known fault, to a text that it may have come from: either the content was changed, or the key under this name is another one; compare PublicKey and PublicKeyId with the merchant console, and believe nothing that the message says.",
                canonical,
                serial);
    }
}
