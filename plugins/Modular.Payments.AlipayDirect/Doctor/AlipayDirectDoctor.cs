using System.Text;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;
using Modular.Payments.AlipayDirect.Wire;

namespace Modular.Payments.AlipayDirect.Doctor;

/// <summary>Says why a notification or a return of Alipay's legacy gateway is not right. Made for one request.</summary>
internal sealed class AlipayDirectDoctor : IDisposable
{
    private const string Md5Key = "Key";
    private const string RsaKey = "AlipayPublicKey";

    // As in SignatureCheck: the documents leave empty values out, and those who signed them are believed as well.
    private static readonly SigningRule[] Rules = [new(), new() { WithEmptyValues = true }];

    private readonly DiagnosisRequest request;
    private readonly KeyRing ring;
    private readonly bool isRsa;
    private readonly Signer? own;
    private readonly Charset charset;
    private readonly FieldProtocol protocol;
    private readonly Trials trials;

    public AlipayDirectDoctor(DiagnosisRequest request)
    {
        this.request = request;
        ring = new KeyRing(request);
        isRsa = string.Equals(request.Settings.Optional("SignType"), "RSA", StringComparison.OrdinalIgnoreCase);
        own = isRsa
            ? ring.Own(RsaKey) is { } key ? new RsaSigner(key, key) : null
            : request.Settings.Optional(Md5Key) is { } secret ? Md5(secret) : null;
        charset = string.Equals(request.Settings.Optional("InputCharset"), "gbk", StringComparison.OrdinalIgnoreCase) ? Charset.Gbk : Charset.Utf8;
        protocol = ProtocolOf(own);
        trials = new Trials(request.MaxTrials);
    }

    private bool IsReturn => string.Equals(request.Request.Method, "GET", StringComparison.OrdinalIgnoreCase);

    private string KeyName => isRsa ? RsaKey : Md5Key;

    private string SignType => isRsa ? "RSA" : "MD5";

    public Diagnosis Diagnose()
    {
        var raw = WithoutRouter(IsReturn ? ByteText.Of(Encoding.UTF8.GetBytes(request.Request.Query)) : ByteText.Of(request.Request.Body.Span));
        var message = FormText.Read(raw);
        var canonical = message is null ? ByteText.Display(raw) : ByteText.Display(Rules[0].TextOf(message));
        if (IsOfAnotherInterface(message) is { } other)
        {
            return Diagnosis.Of(Causes.WrongApiVersion, other, canonical, KeyName);
        }

        if (isRsa && ring.IsOwnPublicKey(RsaKey))
        {
            return Diagnosis.Of(Causes.OwnPublicKey, $"{RsaKey} is the public half of the merchant's own PrivateKey, with which no message of Alipay's can be verified", canonical, RsaKey);
        }

        return (message is null ? null : AsItStands(message, canonical))
            ?? Proved(raw, message)
            ?? FromStructure(raw, message, canonical)
            ?? Unexplained(message, canonical);
    }

    public void Dispose() => ring.Dispose();

    // As the plugin reads it: what routers add is no part of the message.
    private static string WithoutRouter(string raw) =>
        string.Join('&', raw.Split('&').Where(pair => !FormMessage.IsOfRouter(ByteText.Bytes(pair.Split('=', 2)[0]))));

    private static Md5Signer Md5(string secret) => new(Encoding.UTF8.GetBytes(secret));

    private FieldProtocol ProtocolOf(Signer? signer) => new()
    {
        Verifies = (text, sign) => signer?.IsAuthentic(ByteText.Bytes(text), ByteText.Bytes(sign)) == true,
        Rules = Rules,
        Knows = DirectFields.Knows,
        MayBeEmpty = DirectFields.MayBeEmpty,
        SignType = SignType,
        NeedsSignType = true,
        CharsetOf = message => DirectFields.CharsetOf(message, charset.Encoding),
        Reads = DirectFields.IsReadInOneWay,
    };

    private string? IsOfAnotherInterface(FieldMessage? message)
    {
        if (message is not null && DirectFields.IsOpenPlatform(message))
        {
            return "The message is one of Alipay's open platform, and this instance speaks the legacy gateway (mapi)";
        }

        if (message is not null && DirectFields.IsOldMobile(message))
        {
            return "The message is one of Alipay's old gateway for phones (wap), and this instance speaks the one for desktop browsers";
        }

        var isOurs = message is not null && DirectFields.IsLegacy(message);
        return !isOurs && (request.Request.Headers.Any(header => header.Key.Equals("Wechatpay-Signature", StringComparison.OrdinalIgnoreCase)) || request.Request.Body.Span.TrimStart(" \r\n\t"u8).StartsWith("<xml>"u8))
            ? "The message is one of WeChat Pay's, and this instance speaks Alipay's legacy gateway"
            : null;
    }

    /// <summary>What can be said when the signature is right for the text as it stands, by our key or by another known one.</summary>
    private Diagnosis? AsItStands(FieldMessage message, string canonical)
    {
        if (own is not null && FieldDoctor.RuleOf(message, protocol) is { } rule)
        {
            return Authentic(message, ByteText.Display(rule.TextOf(message)));
        }

        return OtherKeys(message, canonical) ?? OtherWay(message, canonical);
    }

    private Diagnosis? OtherKeys(FieldMessage message, string canonical)
    {
        foreach (var key in ring.Keys)
        {
            if (IsSignedBy(message, new RsaSigner(key.Key, key.Key)))
            {
                return SignedWith(key.Instance, key.Setting, key.Name, RsaKey, Causes.OtherKey, canonical);
            }
        }

        foreach (var secret in ring.Secrets)
        {
            if (IsSignedBy(message, Md5(secret.Value)))
            {
                return SignedWith(secret.Instance, secret.Setting, secret.Name, Md5Key, Causes.OtherApiKey, canonical);
            }
        }

        return null;
    }

    private bool IsSignedBy(FieldMessage message, Signer signer) => FieldDoctor.RuleOf(message, ProtocolOf(signer)) is not null;

    // Our own key for the other algorithm is no wrong key.
    private Diagnosis SignedWith(ConfiguredInstance? signer, string setting, string name, string verifying, string otherwise, string canonical)
    {
        if (signer is null && setting.Equals(verifying, StringComparison.OrdinalIgnoreCase))
        {
            return Diagnosis.Of(Causes.OtherSignType, $"The signature is right with {verifying}, and SignType is {SignType}", canonical, verifying);
        }

        return Diagnosis.Of(Surroundings.CauseOf(request.Settings, signer, otherwise), $"The signature is right with {name} and wrong with {KeyName}", canonical, name);
    }

    private Diagnosis? OtherWay(FieldMessage message, string canonical) =>
        !isRsa && message[FieldMessage.Sign] is { Length: > 0 } sign && request.Settings.Optional(Md5Key) is { } key
        && Rules.Select(rule => KeyJoints.Explain(rule.TextOf(message), sign, key, KeyName)).FirstOrDefault(found => found is not null) is var (cause, fact)
            ? Diagnosis.Of(cause, fact, canonical, KeyName)
            : null;

    private Diagnosis Authentic(FieldMessage message, string canonical)
    {
        if (message[FieldMessage.SignType] is not { } type)
        {
            return Diagnosis.Of(Causes.SignTypeExcluded, "The signature is right, and the message has no sign_type", canonical, KeyName);
        }

        if (type != SignType)
        {
            return Diagnosis.Of(Causes.SignTypeWrong, $"The signature is right for {SignType}, and sign_type names another algorithm", canonical, KeyName);
        }

        if (Read() is Verification.Refused refused)
        {
            return Diagnosis.Unexplained($"The signature is right, and the message is refused all the same: {refused.Detail}", canonical, KeyName);
        }

        var account = request.Settings.Optional("SellerId") ?? request.Settings.Optional("Partner");
        var stranger = message["seller_id"] is { } seller && account is not null && seller != account
            ? ", but it names another seller than SellerId, so the shop will not count it"
            : ", and it counts once Alipay has confirmed its notify_id";
        return new Diagnosis(true, null, $"The signature belongs to this message and {KeyName}{stranger}.", canonical, KeyName);
    }

    // The reader needs of the settings what checks a signature, and whoever asks may have the rest of them wrong.
    private Verification Read()
    {
        var reader = new MessageReader(new AlipayDirectSettings(new Uri("https://mapi.alipay.com/gateway.do"), "", "", own!, charset, AntiPhishing: false, SendTimeout: true, Redirect: false, DirectRefund: false));
        return (IsReturn ? reader.ReadReturn(request.Request) : reader.ReadNotification(request.Request)).Verdict;
    }

    private Diagnosis? Proved(string raw, FieldMessage? message)
    {
        if (own is null)
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

    private IEnumerable<FieldSuspicion> SignSuspicions(FieldMessage message)
    {
        if (message[FieldMessage.Sign] is not { } sign)
        {
            yield break;
        }

        yield return new FieldSuspicion(Causes.BodyNewlines, message.With(FieldMessage.Sign, ByteText.WithoutLineEnds(sign)), "the line ends within sign are taken out");
        if (isRsa)
        {
            var bare = sign.TrimEnd('=');
            yield return new FieldSuspicion(Causes.Truncated, message.With(FieldMessage.Sign, bare + new string('=', (4 - (bare.Length % 4)) % 4)), "the padding that sign has lost is put back");
        }
    }

    // What some frameworks forward instead of the form.
    private IEnumerable<FieldSuspicion> JsonReading() =>
        JsonFields.Read(request.Request.Body, charset.Encoding) is { } fields
            ? [new FieldSuspicion(Causes.BodyReserialized, fields, "the members of the JSON are taken as the parameters of the form")]
            : [];

    private Diagnosis? FromStructure(string raw, FieldMessage? message, string canonical)
    {
        if (Truncation.ByLength(request.Request) is { } cut)
        {
            return Diagnosis.Of(Causes.Truncated, cut, canonical, KeyName);
        }

        if (message is null)
        {
            return BreaksOffWithinEscape(raw) ? Diagnosis.Of(Causes.Truncated, "The message ends within a percent-encoded character", canonical, KeyName) : null;
        }

        if (message[FieldMessage.Sign] is not { Length: > 0 } sign)
        {
            return Diagnosis.Of(Causes.MissingSignature, "The message has no sign", canonical, "");
        }

        return own is not null && IsBeginningOfSignature(message, sign)
            ? Diagnosis.Of(Causes.Truncated, isRsa ? "The sign is too short for the key" : "The sign is right as far as it goes, and breaks off", canonical, KeyName)
            : null;
    }

    private bool IsBeginningOfSignature(FieldMessage message, string sign) =>
        isRsa
            ? Truncation.IsBrokenOffSignature(sign.Replace(' ', '+'), ring.Own(RsaKey)!.KeySize) && message.Fields.All(field => DirectFields.Knows(field.Name))
            : sign.Length >= 8 && own!.Sign(ByteText.Bytes(Rules[0].TextOf(message))) is var whole && whole.Length > sign.Length && whole.StartsWith(sign, StringComparison.Ordinal);

    // All before it must be a form; and a stray percent sign after a right signature is no cut.
    private bool BreaksOffWithinEscape(string raw)
    {
        var at = raw.LastIndexOf('%');
        return at >= 0 && raw.Length - at <= 2 && raw[(at + 1)..].All(char.IsAsciiHexDigit)
            && FormText.Read(raw[..at]) is { } rest && DirectFields.IsLegacy(rest) && FieldDoctor.RuleOf(rest, protocol) is null;
    }

    private Diagnosis Unexplained(FieldMessage? message, string canonical)
    {
        if (own is null)
        {
            return Diagnosis.Unexplained($"{KeyName} is missing or cannot be read, so nothing can be verified. {SettingsProblem()}".TrimEnd(), canonical, KeyName);
        }

        return message is null
            ? Diagnosis.Unexplained("The message cannot be read as a form, and no known fault explains it: compare the request with what Alipay sent.", canonical, KeyName)
            : Diagnosis.Unexplained(
                $"The signature belongs neither to this text and {KeyName} ({SignType}) nor, by any known fault, to a text that it may have come from: either the content was changed, or it was signed with another key; if all messages are refused, copy {KeyName} from the merchant centre again, and believe nothing that the message says.",
                canonical,
                KeyName);
    }

    private string SettingsProblem()
    {
        try
        {
            AlipayDirectSettings.Read(request.Settings);
            return "";
        }
        catch (ProviderSettingsException e)
        {
            return e.Message;
        }
    }
}
