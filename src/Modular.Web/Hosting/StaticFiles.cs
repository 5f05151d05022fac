using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.FileProviders;

namespace Modular.Web.Hosting;

/// <summary>The embedded files under <c>wwwroot</c>. Thread-safe.</summary>
internal static class StaticFiles
{
    public static IFileProvider Provider { get; } = new ManifestEmbeddedFileProvider(typeof(StaticFiles).Assembly, "wwwroot");

    private static readonly ConcurrentDictionary<string, string> Urls = new(StringComparer.Ordinal);

    /// <summary>A file's address with a mark of its content, so that browsers never mix an old file with a new page.</summary>
    public static string Url(string name) => Urls.GetOrAdd(name, static name =>
    {
        using var file = Provider.GetFileInfo(name).CreateReadStream();
        return $"/{name}?v={Convert.ToHexStringLower(SHA256.HashData(file))[..12]}";
    });
}
