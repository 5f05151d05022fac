using System.Text;
using QRCoder;

namespace Modular.Payments;

/// <summary>Draws QR codes.</summary>
internal static class QrImage
{
    /// <summary>The code as an SVG image in a <c>data:</c> address: sharp at any size and free of script and of other servers.</summary>
    public static string DataUri(string content)
    {
        using var data = QRCodeGenerator.GenerateQrCode(content, QRCodeGenerator.ECCLevel.M);
        using var code = new SvgQRCode(data);
        // Always black on white with its quiet zone, in dark mode too: scanners want the contrast.
        var svg = code.GetGraphic(4, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
        return $"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(svg))}";
    }
}
