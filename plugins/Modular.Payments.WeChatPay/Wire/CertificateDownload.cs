using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Modular.Payments.Abstractions;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>What came of fetching the platform certificates. The hierarchy is closed.</summary>
internal abstract record DownloadAnswer
{
    private DownloadAnswer()
    {
    }

    /// <summary>WeChat Pay listed these.</summary>
    internal sealed record Fetched(IReadOnlyList<PlatformCertificate> Certificates) : DownloadAnswer;

    /// <summary>WeChat Pay says that this merchant has none and uses the public key.</summary>
    internal sealed record NoneExist : DownloadAnswer;

    /// <summary>Nothing was found out.</summary>
    /// <param name="Detail">One sentence for the operator.</param>
    /// <param name="IsUndecipherable">Whether there were certificates that the APIv3 key does not open.</param>
    internal sealed record Failed(string Detail, bool IsUndecipherable = false) : DownloadAnswer;
}

/// <summary>
/// <c>GET /v3/certificates</c>. Nothing is known yet that could verify the first answer, so trust begins with the APIv3 key: a
/// certificate counts only when it was encrypted with it, and the whole answer only when the configured public key or one
/// of these very certificates signed it.
/// </summary>
internal sealed class CertificateDownload(Transport transport, ResourceCipher cipher, WeChatPayPublicKey? publicKey, TimeProvider time)
{
    private const string Path = "/v3/certificates";
    private const int MaxListed = 32;
    private const int MinimumBits = 2048;

    // Callers that wait have shorter limits of their own; this one ends the call that serves all of them.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public async Task<DownloadAnswer> FetchAsync()
    {
        using var limit = new CancellationTokenSource(Limit, time);
        HttpAnswer answer;
        try
        {
            answer = await transport.SendAsync(HttpMethod.Get, Path, null, limit.Token);
        }
        catch (OperationCanceledException)
        {
            return Failed("WeChat Pay did not answer in time");
        }

        if (answer.Problem is { } problem)
        {
            return Failed(problem.TrimEnd('.'));
        }

        return answer.Status switch
        {
            200 => Read(answer),
            404 when ApiError.Read(answer) is { } error && error.Is("RESOURCE_NOT_EXISTS") && MayBeBelieved(answer) => new DownloadAnswer.NoneExist(),
            _ => Failed($"WeChat Pay refused: {ApiError.Read(answer)?.Sentence ?? $"HTTP {answer.Status}"}".TrimEnd('.')),
        };
    }

    private DownloadAnswer Read(HttpAnswer answer)
    {
        using var json = StrictJson.Parse(answer.Body);
        if (json?.RootElement.Member("data"u8) is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is 0 or > MaxListed)
        {
            return Failed("the answer holds no list of certificates");
        }

        string? problem = null;
        var isUndecipherable = false;
        var certificates = new List<PlatformCertificate>();
        foreach (var item in list.EnumerateArray())
        {
            if (ReadOne(item, ref problem, ref isUndecipherable) is { } certificate)
            {
                certificates.Add(certificate);
            }
        }

        if (certificates.Count == 0)
        {
            return Failed(problem?.TrimEnd('.') ?? "the answer lists none that can be used") with { IsUndecipherable = isUndecipherable };
        }

        return Doubt(answer, certificates) is { } doubt ? Failed(doubt.TrimEnd('.')) : new DownloadAnswer.Fetched(certificates);
    }

    private PlatformCertificate? ReadOne(JsonElement item, ref string? problem, ref bool isUndecipherable)
    {
        // An SM2 certificate of the same merchant comes with another algorithm and is not ours to use.
        if (item.Member("encrypt_certificate"u8) is not { } encrypted || !ResourceCipher.CanOpen(encrypted)
            || item.Text("serial_no"u8) is not { } serial || !KeySerial.IsCertificate(serial))
        {
            return null;
        }

        if (cipher.Decrypt(encrypted, out var undecipherable) is not { } pem)
        {
            problem = undecipherable!.Detail;
            isUndecipherable = undecipherable.Reason == RefusalReason.WrongSignature;
            return null;
        }

        try
        {
            using var certificate = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(pem));
            if (KeySerial.Normal(certificate.SerialNumber) != KeySerial.Normal(serial))
            {
                problem = "A certificate has another serial than the answer says.";
                return null;
            }

            var key = certificate.GetRSAPublicKey();
            if (key is null || key.KeySize < MinimumBits)
            {
                problem = $"A certificate's key is no RSA key of {MinimumBits} bits.";
                return null;
            }

            // The certificate's own dates, which its issuer signed; effective_time and expire_time only repeat them.
            return new PlatformCertificate(KeySerial.Normal(serial), key, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        }
        catch (CryptographicException)
        {
            problem = "A decrypted certificate cannot be read.";
            return null;
        }
    }

    /// <summary>Why the answer is not believed, or null.</summary>
    private string? Doubt(HttpAnswer answer, List<PlatformCertificate> certificates)
    {
        if (SignatureHeaders.Read(answer.Headers, out var doubt) is not { } headers)
        {
            return doubt!.Detail;
        }

        var now = time.GetUtcNow();
        if (Freshness.Doubt(headers, now) is { } stale)
        {
            return stale.Detail;
        }

        var serial = KeySerial.Normal(headers.Serial);
        var key = headers.Serial == publicKey?.Id ? publicKey.Key : certificates.Find(listed => listed.Serial == serial && listed.IsValid(now))?.Key;
        return key is null ? "the answer was signed with none of the certificates that it lists"
            : SignatureCheck.IsAuthentic(headers, answer.Body.Span, key) ? null
            : "the answer's signature is wrong";
    }

    // A refusal may come unsigned. All that it changes is that serials of certificates are refused for a while, as they are without it.
    private bool MayBeBelieved(HttpAnswer answer) => !SignatureHeaders.AreIn(answer.Headers) || Doubt(answer, []) is null;

    private static DownloadAnswer.Failed Failed(string why) => new($"WeChat Pay's platform certificates could not be fetched: {why}.");
}
