namespace Modular.Sandbox;

/// <summary>Reads the body of a request, as bytes and bounded.</summary>
internal static class RequestBody
{
    /// <summary>Null when the body is larger than any honest request.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int largest)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer)) > 0;)
        {
            if (copy.Length + read > largest)
            {
                return null;
            }

            copy.Write(buffer, 0, read);
        }

        return copy.ToArray();
    }
}
