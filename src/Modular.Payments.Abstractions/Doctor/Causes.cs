namespace Modular.Payments.Abstractions.Doctor;

public static partial class Causes
{
    /// <summary>All causes, in the order in which they are preferred.</summary>
    public static IReadOnlyList<Cause> All { get; } =
    [
        new(
            Probe,
            "WeChat Pay tested whether a wrong signature is refused (WECHATPAY/SIGNTEST/), and it was.",
            "WeChat Pay does this now and then to every merchant.",
            "do nothing, for a shop that accepted it would be the one in trouble"),
        new(
            WrongApiVersion,
            "The message belongs to another interface of the provider than the one that this instance speaks.",
            "A payment or a refund was ordered through the other interface, or the console holds this address for it; refunds made in WeChat Pay's console notify in the form of v2.",
            "give the other interface an instance of its own plugin, and its own notify address"),
        new(
            OwnPublicKey,
            "The setting for the provider's public key holds the public half of your own private key.",
            "Consoles show both keys side by side, and key tools offer the own one for copying.",
            "copy the provider's public key (Alipay's, WeChat Pay's) from the console into the setting; your own public key is uploaded there and configured nowhere here"),
        new(
            PlusBecameSpace,
            "Plus signs in the message arrived as spaces.",
            "Base64 has plus signs, and a form decodes an unescaped plus to a space: the message was decoded once too often, or forwarded or replayed without escaping.",
            "let the proxy or framework pass the body through untouched, and write %2B for + wherever a request is built by hand"),
        new(
            DecodedTwice,
            "A value was percent-decoded once too often.",
            "A proxy, a framework or a forwarding script decodes what it passes on, and the shop decodes it again.",
            "pass the body through as the bytes that arrived, and decode parameters once"),
        new(
            NotDecoded,
            "A value is still percent-encoded after the one decoding that is due, so it was encoded twice.",
            "A forwarding script encodes values that were encoded already, or posts the whole body as one parameter.",
            "pass the body through as the bytes that arrived, without encoding it again"),
        new(
            HtmlEscaped,
            "Quotation marks or other characters of a value were turned into HTML entities such as &quot;.",
            "An input filter of a framework, such as htmlspecialchars or a protection against scripts, runs before the signature is checked.",
            "exempt the notify address from the input filter, and escape for HTML only where a page is written"),
        new(
            BackslashEscaped,
            "Quotation marks of a value were given backslashes.",
            "An input filter such as addslashes or magic quotes runs before the signature is checked.",
            "exempt the notify address from the input filter"),
        new(
            TrimmedValue,
            "White space at the beginning or end of a value was cut off.",
            "A framework trims all input; the subject or the passed-back text of the order begins or ends with a space.",
            "exempt the notify address from trimming, and send subjects without white space at their ends"),
        new(
            EmptyValueDropped,
            "A parameter with an empty value was signed, and it is gone or not counted.",
            "A framework drops empty input or turns it into null, or the signer counts empty values although the protocol does not.",
            "pass the body through untouched; if you sign messages yourself, treat empty values as the protocol says"),
        new(
            ExtraParameter,
            "The message has a parameter that the provider did not sign.",
            "The notify or return address has a query of its own, a framework adds its routing parameters, or a proxy adds tracking ones.",
            "register the address without a query, and let nothing add parameters on the way"),
        new(
            SignTypeIncluded,
            "The text was signed with sign_type in it, which this kind of message leaves out.",
            "Requests to Alipay sign sign_type and notifications do not; a sender of test messages mixes the two up.",
            "leave sign_type out of the text that is signed for notifications and returns"),
        new(
            SignTypeExcluded,
            "sign_type was left out: of the text that was signed, or of the message on its way here.",
            "A library signs the fields that it knows, or hands on the fields that it knows; sign_type is not among them.",
            "let every field of the message take part and arrive, including ones that are not known"),
        new(
            SignTypeWrong,
            "The signature is right, but sign_type or Wechatpay-Signature-Type names another algorithm than the one that was used.",
            "Something on the way rewrites the field, or a sender of test messages names the wrong one.",
            "let the field pass unchanged; the shop accepts one algorithm and refuses messages that name another"),
        new(
            CultureSort,
            "The parameters were sorted by the rules of a language and not by their bytes.",
            "Sorting functions that respect the language put capitals and underscores elsewhere than ordinal ones.",
            "sort the names ordinally (StringComparer.Ordinal, TreeMap, ksort with SORT_STRING)"),
        new(
            NotSorted,
            "The parameters were signed in the order in which they stand, without sorting.",
            "A sender of test messages leaves the sorting out.",
            "sort the names ordinally before joining and signing them"),
        new(
            CharsetGbk,
            "The message is, or was signed, in GBK, although UTF-8 is what it declares or what the protocol asks for.",
            "The signer or something on the way uses its system's charset; ASCII alone never shows it, the first Chinese subject does.",
            "make the charset of the signature, of the bytes and of the charset parameter the same, best UTF-8 everywhere"),
        new(
            CharsetUtf8,
            "The message is, or was signed, in UTF-8, although GBK is what it declares.",
            "Something on the way converts to UTF-8 and leaves the charset parameter as it is.",
            "pass the bytes through without converting them, or order payments with charset=utf-8"),
        new(
            CharsetLatin1,
            "The bytes were read as ISO 8859-1 and written again as UTF-8, which garbles every Chinese character.",
            "A server or framework whose default charset is ISO 8859-1 handles the body as text.",
            "pass the body through as bytes, or set the charset of the server to UTF-8"),
        new(
            Md5InsteadOfHmac,
            "The message is signed with MD5, and the instance expects HMAC-SHA256.",
            "The payment was ordered without sign_type or with MD5, or SignType was changed while it was open.",
            "set SignType to MD5, or order payments with HMAC-SHA256; payments started before a change are found by asking"),
        new(
            HmacInsteadOfMd5,
            "The message is signed with HMAC-SHA256, and the instance expects MD5.",
            "The payment was ordered with sign_type HMAC-SHA256, or SignType was changed while it was open.",
            "set SignType to HMAC-SHA256; payments started before a change are found by asking"),
        new(
            OtherSignType,
            "The message is signed with the other of the two algorithms of Alipay's legacy gateway, MD5 or RSA, than the one that the instance expects.",
            "SignType was changed while the payment was open, or the merchant centre is set to the other one.",
            "set SignType to the one in which payments are started, and change it while none is open; payments started before a change are found by asking"),
        new(
            Sha1InsteadOfSha256,
            "The message is signed with SHA-1 (RSA), and only SHA-256 (RSA2) is accepted.",
            "The application in Alipay's console is set to the old RSA key pair.",
            "choose RSA2 for the application in Alipay's console and upload a key of 2048 bits"),
        new(
            SignCase,
            "The signature is right but for the case of its letters.",
            "WeChat Pay writes its signatures in capitals, Alipay's legacy gateway in small letters; something on the way, or a sender of test messages, does it the other way round.",
            "send the signature as the provider writes it: upper-case hex for WeChat Pay, lower-case hex for Alipay's legacy gateway"),
        new(
            KeyTrailing,
            "The text was signed without the key at its end, or with the key joined in another way than the provider joins it.",
            "WeChat Pay joins the key with &key=, Alipay's legacy gateway appends it directly; a sender of test messages takes the rule of the other, or leaves an ampersand at the end.",
            "end the text with &key= and the key for WeChat Pay, and with the key alone for Alipay's legacy gateway; beware that a signature made without any key can be made by anybody"),
        new(
            BodyNewlines,
            "Line ends of the body changed, or one was added or cut off at its end.",
            "An editor, a version control system or a shell touched a captured request, or a proxy treats the body as text.",
            "pass the body through as bytes; when you keep a capture, keep it as binary"),
        new(
            BodyBom,
            "A byte order mark stands before the body, or the one that was signed is gone.",
            "Something reads the body as text and writes it again with a mark.",
            "pass the body through as bytes, or write UTF-8 without a byte order mark"),
        new(
            BodyReserialized,
            "The body was read and written again: same content, other bytes.",
            "A framework parses the JSON before the signature is checked, and hands on what its serializer makes of it.",
            "verify over the raw bytes of the body before anything parses it"),
        new(
            SandboxCredentials,
            "Credentials of the sandbox and of production met: the message comes from the one and the instance is configured for the other.",
            "A configuration was copied from testing to production and one of its values stayed behind.",
            "take application, keys and gateway of the instance all from the same environment"),
        new(
            OtherKey,
            "The message is signed with a key that is configured elsewhere in this shop.",
            "Two applications or merchants share an address, keys of two instances were swapped, or a message was signed with a merchant's key instead of the provider's.",
            "compare the key of this instance with the console of its own application, and give each application its own notify address"),
        new(
            OtherApiKey,
            "The message is signed or encrypted with a shared key that is configured elsewhere in this shop.",
            "Keys of two merchants, or the APIv2 and the APIv3 key of one, were swapped.",
            "copy the key of this merchant and of this version of the interface from the merchant platform again"),
        new(
            ClockSkew,
            "The message's timestamp is five minutes or more away from this machine's clock. Where the sentence says that the signature is right, nothing else is wrong with it.",
            "The clock of this machine is off, the message was kept back, or the request is a capture from earlier.",
            "compare this machine's clock with a time server; a capture that you kept is always old, and may have been right when it came"),
        new(
            Truncated,
            "The message came cut off: its Content-Length promises more bytes, its XML or JSON breaks off, or its signature is too short.",
            "A proxy with a size limit or a time limit, a column that is too short in the software that forwards the message, or a capture that was not copied whole.",
            "look at the size and time limits of whatever stands before the shop, and have the message sent again"),
        new(
            MissingSignature,
            "The message carries no signature, or lacks a header that the signature needs.",
            "Something strips parameters or headers, such as a CDN or a firewall, or somebody tries whether unsigned messages are believed.",
            "let every Wechatpay-* header and every parameter pass; if the sender is nobody you know, nothing needs to be done"),
        new(
            UnknownSerial,
            "The message names a certificate or public key that this instance does not know.",
            "The provider changed its key, the setting belongs to another merchant, or, beside a public key, the command is used offline, where platform certificates cannot be fetched.",
            "compare the id or serial in the message with the console, and copy the provider's key and its id together"),
    ];
}
