namespace Modular.Payments.Abstractions.Doctor;

/// <summary>A known reason why a signature is not right.</summary>
/// <param name="Code">The stable code, lower case with hyphens.</param>
/// <param name="Meaning">What it means; a sentence.</param>
/// <param name="Origin">How it comes about; a sentence.</param>
/// <param name="Remedy">What to do tonight; the end of a sentence, in the imperative and without a full stop.</param>
public sealed record Cause(string Code, string Meaning, string Origin, string Remedy);

/// <summary>
/// Every cause that the signature doctor names, the more specific before the more general: where several hold, the first is named.
/// Codes are part of the public interface; more may be added and none is renamed. <c>TROUBLESHOOTING.md</c> is this list.
/// </summary>
public static partial class Causes
{
    /// <summary>The message came cut off.</summary>
    public const string Truncated = "truncated";

    /// <summary>The provider tests whether a wrong signature is refused.</summary>
    public const string Probe = "probe";

    /// <summary>A message of the provider's other interface.</summary>
    public const string WrongApiVersion = "wrong-api-version";

    /// <summary>There is no signature.</summary>
    public const string MissingSignature = "missing-signature";

    /// <summary>The merchant's own public key stands where the provider's belongs.</summary>
    public const string OwnPublicKey = "own-public-key";

    /// <summary>A plus sign became a space.</summary>
    public const string PlusBecameSpace = "plus-became-space";

    /// <summary>Something was decoded once too often.</summary>
    public const string DecodedTwice = "decoded-twice";

    /// <summary>Something was decoded once too little.</summary>
    public const string NotDecoded = "not-decoded";

    /// <summary>Characters were escaped for HTML.</summary>
    public const string HtmlEscaped = "html-escaped";

    /// <summary>Quotation marks were escaped with backslashes.</summary>
    public const string BackslashEscaped = "backslash-escaped";

    /// <summary>White space at the edge of a value was cut off.</summary>
    public const string TrimmedValue = "trimmed-value";

    /// <summary>An empty value that was signed is not counted, or gone.</summary>
    public const string EmptyValueDropped = "empty-value-dropped";

    /// <summary>A parameter was added.</summary>
    public const string ExtraParameter = "extra-parameter";

    /// <summary><c>sign_type</c> was signed and should not have been.</summary>
    public const string SignTypeIncluded = "sign-type-included";

    /// <summary><c>sign_type</c> was left out where it belongs.</summary>
    public const string SignTypeExcluded = "sign-type-excluded";

    /// <summary><c>sign_type</c> names another algorithm than the one that signed.</summary>
    public const string SignTypeWrong = "sign-type-wrong";

    /// <summary>The names were sorted by the rules of a language.</summary>
    public const string CultureSort = "culture-sort";

    /// <summary>The names were not sorted.</summary>
    public const string NotSorted = "not-sorted";

    /// <summary>GBK where UTF-8 belongs.</summary>
    public const string CharsetGbk = "charset-gbk";

    /// <summary>UTF-8 where GBK belongs.</summary>
    public const string CharsetUtf8 = "charset-utf8";

    /// <summary>The bytes were read as ISO 8859-1.</summary>
    public const string CharsetLatin1 = "charset-latin1";

    /// <summary>Signed with MD5, expected was HMAC-SHA256.</summary>
    public const string Md5InsteadOfHmac = "md5-instead-of-hmac";

    /// <summary>Signed with HMAC-SHA256, expected was MD5.</summary>
    public const string HmacInsteadOfMd5 = "hmac-instead-of-md5";

    /// <summary>Signed with the other of the legacy gateway's two algorithms.</summary>
    public const string OtherSignType = "other-sign-type";

    /// <summary>Signed with SHA-1, expected was SHA-256.</summary>
    public const string Sha1InsteadOfSha256 = "sha1-instead-of-sha256";

    /// <summary>The signature's letters have the wrong case.</summary>
    public const string SignCase = "sign-case";

    /// <summary>The key at the end of the signed text is missing or written in another way.</summary>
    public const string KeyTrailing = "key-trailing";

    /// <summary>The line ends of the body changed.</summary>
    public const string BodyNewlines = "body-newlines";

    /// <summary>A byte order mark was added or lost.</summary>
    public const string BodyBom = "body-bom";

    /// <summary>The body was read and written again.</summary>
    public const string BodyReserialized = "body-reserialized";

    /// <summary>Credentials of the sandbox and of production met.</summary>
    public const string SandboxCredentials = "sandbox-credentials";

    /// <summary>Signed with another key that is known here.</summary>
    public const string OtherKey = "other-key";

    /// <summary>Signed or encrypted with another shared key that is known here.</summary>
    public const string OtherApiKey = "other-api-key";

    /// <summary>The message names a key that is not known.</summary>
    public const string UnknownSerial = "unknown-serial";

    /// <summary>The signature is right, and too old or too new.</summary>
    public const string ClockSkew = "clock-skew";

    /// <summary>The cause of this code.</summary>
    /// <exception cref="ArgumentException">There is no such cause.</exception>
    public static Cause Of(string code) =>
        All.FirstOrDefault(cause => cause.Code == code) ?? throw new ArgumentException($"There is no cause {code}.", nameof(code));
}
