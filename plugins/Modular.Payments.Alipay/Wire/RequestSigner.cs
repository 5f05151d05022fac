using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// Makes signed requests. Unlike in notifications <c>sign_type</c> is part of what is signed; empty parameters are neither
/// signed nor sent. Everything is UTF-8.
/// </summary>
internal sealed class RequestSigner(AlipaySettings settings, TimeProvider time)
{
    /// <summary>All parameters of a call of <paramref name="method"/>, sorted by name, <c>sign</c> last.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Sign(string method, string bizContent, Uri? notifyUrl = null, Uri? returnUrl = null)
    {
        var parameters = new List<KeyValuePair<string, string>>(14);
        Add("alipay_root_cert_sn", settings.Certificates?.Root);
        Add("app_cert_sn", settings.Certificates?.Application);
        Add("app_id", settings.AppId);
        Add("biz_content", bizContent);
        Add("charset", "utf-8");
        Add("format", "JSON");
        Add("method", method);
        Add("notify_url", notifyUrl?.AbsoluteUri);
        Add("return_url", returnUrl?.AbsoluteUri);
        Add("sign_type", SignatureCheck.Algorithm);
        Add("timestamp", BeijingTime.Write(time.GetUtcNow()));
        Add("version", "1.0");
        Add("sign", SignatureOf(parameters));
        return parameters;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                parameters.Add(new(name, value));
            }
        }
    }

    /// <summary>The Base64 signature over the parameters, which must already stand in ordinal order of their names.</summary>
    private string SignatureOf(List<KeyValuePair<string, string>> parameters)
    {
        var size = 0;
        foreach (var (name, value) in parameters)
        {
            size += Encoding.UTF8.GetMaxByteCount(name.Length + value.Length + 2);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(size);
        var end = 0;
        foreach (var (name, value) in parameters)
        {
            if (end > 0)
            {
                buffer[end++] = (byte)'&';
            }

            end += Encoding.UTF8.GetBytes(name, buffer.AsSpan(end));
            buffer[end++] = (byte)'=';
            end += Encoding.UTF8.GetBytes(value, buffer.AsSpan(end));
        }

        Span<byte> signature = stackalloc byte[settings.PrivateKey.KeySize / 8];
        var length = settings.PrivateKey.SignData(buffer.AsSpan(0, end), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        ArrayPool<byte>.Shared.Return(buffer);
        return Convert.ToBase64String(signature[..length]);
    }
}
