using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Modular.Kernel.Web;

/// <summary>Reads request bodies with a limit.</summary>
public static class Bodies
{
    // How much of a body nobody wants is still received, and dropped, so that its sender can read the answer. 16 MiB.
    private const long MaxDiscardedBytes = 16 * 1024 * 1024;

    /// <summary>The whole body, or null when it is longer than <paramref name="maxBytes"/>. The rest of a longer one is not kept.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        LetTheRestPass(request.HttpContext);
        if (request.ContentLength > maxBytes)
        {
            return null;
        }

        var reader = request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (buffer.Length > maxBytes)
            {
                reader.AdvanceTo(buffer.End);
                return null;
            }

            if (result.IsCompleted)
            {
                var bytes = buffer.ToArray();
                reader.AdvanceTo(buffer.End);
                return bytes;
            }

            // Nothing is consumed until everything is there, so the pipe hands the whole body over in one piece.
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>
    /// Lets the server take in and drop what is left of the body after the answer, for five seconds at most: a sender whose
    /// connection is torn while it is still sending never sees the answer. To be called before the body is read.
    /// </summary>
    public static void LetTheRestPass(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxDiscardedBytes;
        }

        // What is not taken in is in the way of a next request on the same connection, so the caller is told not to send one.
        if (context.Request.ContentLength > MaxDiscardedBytes)
        {
            context.Response.Headers.Connection = "close";
        }
    }
}
