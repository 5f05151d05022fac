using System.Buffers;
using System.Text;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// The bytes that are signed: lines that each end in a line feed, the last one included. A body goes in as the very bytes
/// that are sent or were received. Pooled: dispose it.
/// </summary>
internal readonly ref struct CanonicalText
{
    private readonly byte[] buffer;
    private readonly int length;

    private CanonicalText(ReadOnlySpan<char> head, ReadOnlySpan<byte> last)
    {
        buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(head.Length) + last.Length + 1);
        var end = Encoding.UTF8.GetBytes(head, buffer);
        last.CopyTo(buffer.AsSpan(end));
        buffer[end + last.Length] = (byte)'\n';
        length = end + last.Length + 1;
    }

    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, length);

    /// <summary>A request of ours: method, path and query as sent, unix seconds, nonce, body.</summary>
    public static CanonicalText OfRequest(string method, string pathAndQuery, string timestamp, string nonce, ReadOnlySpan<byte> body) =>
        new($"{method}\n{pathAndQuery}\n{timestamp}\n{nonce}\n", body);

    /// <summary>An answer or a notification of WeChat Pay's: unix seconds, nonce, body.</summary>
    public static CanonicalText OfMessage(string timestamp, string nonce, ReadOnlySpan<byte> body) =>
        new($"{timestamp}\n{nonce}\n", body);

    /// <summary>A launch: application, unix seconds, nonce, and <c>prepay_id=…</c> (JSAPI) or the bare prepay id (App).</summary>
    public static CanonicalText OfLaunch(string appId, string timestamp, string nonce, string package) =>
        new($"{appId}\n{timestamp}\n{nonce}\n{package}", []);

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}
