using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Modular.Sandbox.Storage;

/// <summary>Keeps a list in a file over a restart. Does nothing without a file. Its owner sees to it that one thread uses it at a time.</summary>
/// <param name="keep">Which of the stored items still mean something.</param>
internal sealed class JsonArchive<T>(string? file, Func<T, bool> keep, ILogger<JsonArchive> logger)
{
    /// <summary>Whether something may have changed since the last save.</summary>
    public bool IsStale { get; set; }

    public IReadOnlyList<T> Load()
    {
        if (file is null || !File.Exists(file))
        {
            return [];
        }

        try
        {
            return [.. (JsonSerializer.Deserialize<List<T>>(File.ReadAllBytes(file)) ?? []).Where(keep)];
        }
        catch (JsonException cause)
        {
            JsonArchive.LogUnreadable(logger, cause, file);
            return [];
        }
    }

    public void Save(IReadOnlyList<T> items)
    {
        if (file is null || !IsStale)
        {
            return;
        }

        // Written beside and renamed, so that a kill leaves the old file or the new one and never half of one.
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(items));
        File.Move(file + ".new", file, overwrite: true);
        IsStale = false;
    }
}

/// <summary>What archives of all kinds share.</summary>
internal sealed partial class JsonArchive
{
    private JsonArchive()
    {
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stored trades in {File} cannot be read; starting without them")]
    public static partial void LogUnreadable(ILogger logger, Exception cause, string file);
}

internal static class JsonArchiveServices
{
    /// <summary>An archive in the data folder that keeps what <paramref name="keep"/> finds known to <typeparamref name="TOwner"/>.</summary>
    public static void AddJsonArchive<T, TOwner>(this IServiceCollection services, string name, Func<TOwner, T, bool> keep)
        where TOwner : class => services.AddSingleton(provider =>
    {
        var folder = provider.GetRequiredService<IOptions<SandboxOptions>>().Value.Data;
        var owner = provider.GetRequiredService<TOwner>();
        return new JsonArchive<T>(
            folder is { Length: > 0 } ? Path.Combine(folder, name) : null,
            item => keep(owner, item),
            provider.GetRequiredService<ILogger<JsonArchive>>());
    });
}
