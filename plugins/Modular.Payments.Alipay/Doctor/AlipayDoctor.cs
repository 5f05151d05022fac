using System.Security.Cryptography;
using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.Alipay.Wire;

namespace Modular.Payments.Alipay.Doctor;

/// <summary>Says why a notification or a return of Alipay's is not right. Made for one request.</summary>
internal sealed class AlipayDoctor : IDisposable
{
    private static readonly string[] ProviderSettingNames = ["AlipayPublicKey", "AlipayCertificate"];

    // As in SignatureCheck: the SDKs disagree whether empty values and the certificate's serial are signed.
    private static readonly SigningRule[] Rules =
    [
        new() { WithEmptyValues = true },
        new(),
        new() { WithEmptyValues = true, LeavesOut = "alipay_cert_sn" },
        new() { LeavesOut = "alipay_cert_sn" },
    ];

    private readonly DiagnosisRequest request;
    private readonly KeyRing ring;
    private readonly KnownKey[] trusted;
    private readonly FieldProtocol protocol;
    private readonly Trials trials;

    public AlipayDoctor(DiagnosisRequest request)
    {
        this.request = request;
        ring = new KeyRing(request);
        trusted = [.. ring.Keys.Where(key => key.Instance is null && ProviderSettingNames.Contains(key.Setting, StringComparer.OrdinalIgnoreCase))];
        protocol = Protocol((text, sign) => trusted.Any(key => Verifies(key.Key, text, sign, HashAlgorithmName.SHA256)));
        trials = new Trials(request.MaxTrials);
    }

    private bool IsReturn => string.Equals(request.Request.Method, "GET", StringComparison.OrdinalIgnoreCase);

    private string KeyName => trusted is [] ? "AlipayPublicKey" : trusted[0].Setting;

    public Diagnosis Diagnose()
    {
        var raw = IsReturn ? ByteText.Of(Encoding.UTF8.GetBytes(request.Request.Query)) : ByteText.Of(request.Request.Body.Span);
        var message = FormText.Read(raw);
        var canonical = message is null ? ByteText.Display(raw) : ByteText.Display(Rules[0].TextOf(message));
        if (IsOfAnotherInterface(message) is { } other)
        {
            return Diagnosis.Of(Causes.WrongApiVersion, other, canonical, KeyName);
        }

        if (ProviderSettingNames.FirstOrDefault(ring.IsOwnPublicKey) is { } own)
        {
            return Diagnosis.Of(Causes.OwnPublicKey, $"{own} is the public half of the application's own PrivateKey, with which no message of Alipay's can be verified", canonical, own);
        }

        return (message is null ? null : AsItStands(message, canonical))
            ?? Proved(raw, message)
            ?? FromStructure(message, canonical)
            ?? Unexplained(message, canonical);
    }

    public void Dispose() => ring.Dispose();

    private static bool Verifies(RSA key, string text, string sign, HashAlgorithmName hash)
    {
        Span<byte> signature = stackalloc byte[1024];
        return SignatureCheck.TryDecode(ByteText.Bytes(sign), signature, out var length)
            && key.VerifyData(ByteText.Bytes(text), signature[..length], hash, RSASignaturePadding.Pkcs1);
    }

    private static FieldProtocol Protocol(Func<string, string, bool> verifies) => new()
    {
        Verifies = verifies,
        Rules = Rules,
        Knows = AlipayFields.Knows,
        MayBeEmpty = AlipayFields.MayBeEmpty,
        SignType = SignatureCheck.Algorithm,
        NeedsSignType = true,
        CharsetOf = AlipayFields.CharsetOf,
    };

    private string? IsOfAnotherInterface(FieldMessage? message)
    {
        if (message is not null && AlipayFields.IsLegacy(message))
        {
            return "The message is one of Alipay's legacy gateway (mapi), and this instance speaks the open platform";
        }

        return request.Request.Headers.Any(header => header.Key.Equals("Wechatpay-Signature", StringComparison.OrdinalIgnoreCase)) || request.Request.Body.Span.TrimStart(" \r\n\t"u8).StartsWith("<xml>"u8)
            ? "The message is one of WeChat Pay's, and this instance speaks Alipay"
            : null;
    }

    /// <summary>What can be said when the signature is right as the message stands, by our key or by another known one.</summary>
    private Diagnosis? AsItStands(FieldMessage message, string canonical)
    {
        if (FieldDoctor.RuleOf(message, protocol) is { } rule)
        {
            return Authentic(message, ByteText.Display(rule.TextOf(message)));
        }

        foreach (var key in ring.Keys.Except(trusted))
        {
            if (FieldDoctor.RuleOf(message, Protocol((text, sign) => Verifies(key.Key, text, sign, HashAlgorithmName.SHA256))) is not null)
            {
                var cause = Surroundings.CauseOf(request.Settings, key.Instance, Causes.OtherKey);
                return Diagnosis.Of(cause, $"The signature is right with {key.Name} and wrong with {KeyName}", canonical, key.Name);
            }
        }

        return FieldDoctor.RuleOf(message, Protocol((text, sign) => trusted.Any(key => Verifies(key.Key, text, sign, HashAlgorithmName.SHA1)))) is not null
            ? Diagnosis.Of(Causes.Sha1InsteadOfSha256, "The signature is right with SHA-1", canonical, KeyName)
            : null;
    }

    private Diagnosis Authentic(FieldMessage message, string canonical)
    {
        if (message[FieldMessage.SignType] is not { } type)
        {
            return Diagnosis.Of(Causes.SignTypeExcluded, "The signature is right, and the message has no sign_type", canonical, KeyName);
        }

        if (type != SignatureCheck.Algorithm)
        {
            return Diagnosis.Of(Causes.SignTypeWrong, $"The signature is right for {SignatureCheck.Algorithm}, and sign_type names another algorithm", canonical, KeyName);
        }

        if (Read() is Verification.Refused refused)
        {
            return Diagnosis.Unexplained($"The signature is right, and the message is refused all the same: {refused.Detail}", canonical, KeyName);
        }

        var stranger = message["app_id"] is { } app && request.Settings.Optional("AppId") is { } ours && app != ours
            ? ", but it names another application than AppId, so the shop will not count it"
            : "";
        return new Diagnosis(true, null, $"The signature belongs to this message and {KeyName}{stranger}.", canonical, KeyName);
    }

    private Verification Read()
    {
        var reader = new MessageReader(new AlipayTrust(trusted[0].Key, KeyName, null));
        return IsReturn ? reader.ReadReturn(request.Request) : reader.ReadNotification(request.Request);
    }

    private Diagnosis? Proved(string raw, FieldMessage? message)
    {
        if (trusted is [])
        {
            return null;
        }

        if (message?[FieldMessage.Sign] is { } sign)
        {
            // They were found wrong already; a suspicion that changes nothing must not count as one.
            foreach (var rule in Rules)
            {
                trials.Try(rule.TextOf(message), sign, (_, _) => false);
            }
        }

        var proof = FieldDoctor.FindReading(FormText.OtherReadings(raw), message, protocol, trials)
            ?? (message is null ? null : FieldDoctor.First(SignSuspicions(message), protocol, trials) ?? FieldDoctor.Find(message, protocol, trials))
            ?? FieldDoctor.First(JsonReading(), protocol, trials);
        return proof is null ? null : Diagnosis.Of(proof, KeyName);
    }

    private static IEnumerable<FieldSuspicion> SignSuspicions(FieldMessage message)
    {
        if (message[FieldMessage.Sign] is not { } sign)
        {
            yield break;
        }

        yield return new FieldSuspicion(Causes.BodyNewlines, message.With(FieldMessage.Sign, ByteText.WithoutLineEnds(sign)), "the line ends within sign are taken out");
        yield return new FieldSuspicion(Causes.Truncated, message.With(FieldMessage.Sign, sign.TrimEnd('=') + new string('=', (4 - (sign.TrimEnd('=').Length % 4)) % 4)), "the padding that sign has lost is put back");
    }

    // What some frameworks forward instead of the form.
    private IEnumerable<FieldSuspicion> JsonReading() =>
        JsonFields.Read(request.Request.Body, ByteText.StrictUtf8) is { } fields
            ? [new FieldSuspicion(Causes.BodyReserialized, fields, "the members of the JSON are taken as the parameters of the form")]
            : [];

    private Diagnosis? FromStructure(FieldMessage? message, string canonical)
    {
        if (Truncation.ByLength(request.Request) is { } cut)
        {
            return Diagnosis.Of(Causes.Truncated, cut, canonical, KeyName);
        }

        if (message is null)
        {
            return null;
        }

        if (message[FieldMessage.Sign] is not { Length: > 0 } sign)
        {
            return Diagnosis.Of(Causes.MissingSignature, "The message has no sign", canonical, "");
        }

        if (trusted is [var key, ..] && Truncation.IsBrokenOffSignature(sign.Replace(' ', '+'), key.Key.KeySize) && message.Fields.All(field => AlipayFields.Knows(field.Name)))
        {
            return Diagnosis.Of(Causes.Truncated, "The sign is too short for the key", canonical, KeyName);
        }

        return Environments.Cause(message, request.Settings) is { } fact ? Diagnosis.Of(Causes.SandboxCredentials, fact, canonical, KeyName)
            : UnknownCertificate(message) is { } unknown ? Diagnosis.Of(Causes.UnknownSerial, unknown, canonical, KeyName)
            : null;
    }

    private string? UnknownCertificate(FieldMessage message)
    {
        if (message["alipay_cert_sn"] is not { Length: 32 } theirs || !theirs.All(char.IsAsciiHexDigit) || !request.Settings.Has("AlipayCertificate"))
        {
            return null;
        }

        try
        {
            var ours = CertificateSerial.Of(request.Settings.Certificates("AlipayCertificate")[0]);
            return ours == theirs ? null : $"The message names Alipay's certificate {theirs}, and AlipayCertificate is {ours}";
        }
        catch (ProviderSettingsException)
        {
            return null;
        }
    }

    private Diagnosis Unexplained(FieldMessage? message, string canonical)
    {
        if (trusted is [])
        {
            return Diagnosis.Unexplained($"No key of Alipay's can be read from the settings, so nothing can be verified. {SettingsProblem()}".TrimEnd(), canonical, KeyName);
        }

        return message is null
            ? Diagnosis.Unexplained("The message cannot be read as a form, and no known fault explains it: compare the request with what Alipay sent.", canonical, KeyName)
            : Diagnosis.Unexplained(
                $"The signature belongs neither to this text nor, by any known fault, to one that it may have come from: either the content was changed, or the key is not {KeyName}; compare that key with the console of the application, and believe nothing that the message says.",
                canonical,
                KeyName);
    }

    private string SettingsProblem()
    {
        try
        {
            AlipaySettings.Read(request.Settings, TimeProvider.System);
            return "";
        }
        catch (ProviderSettingsException e)
        {
            return e.Message;
        }
    }
}
