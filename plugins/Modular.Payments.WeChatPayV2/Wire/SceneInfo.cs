using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>The <c>scene_info</c> of MWEB: which web shop sends its shopper, as JSON of at most 256 characters.</summary>
internal static class SceneInfo
{
    public const int MaxLength = 256;

    // The text goes into CDATA; escaping more than JSON demands would only use up the length.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Uri shop)
    {
        var buffer = new ArrayBufferWriter<byte>(MaxLength);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteStartObject("h5_info");
            json.WriteString("type", "Wap");
            json.WriteString("wap_url", shop.GetLeftPart(UriPartial.Authority));
            json.WriteString("wap_name", XmlText.Shorten(shop.Host, 32));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
