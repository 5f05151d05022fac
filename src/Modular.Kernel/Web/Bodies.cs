using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Modular.Kernel.Web;

/// <summary>Reads request bodies with a limit.</summary>
public static class Bodies
{
    /// <summary>The whole body, or null when it is longer than <paramref name="maxBytes"/>. The rest of a longer one is not read.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.ContentLength > maxBytes)
        {
            return TooLong(request);
        }

        var reader = request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (buffer.Length > maxBytes)
            {
                reader.AdvanceTo(buffer.End);
                return TooLong(request);
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

    // The rest of the body is in the way of a next request on the same connection, so the caller is told not to send one.
    private static byte[]? TooLong(HttpRequest request)
    {
        request.HttpContext.Response.Headers.Connection = "close";
        return null;
    }
}
