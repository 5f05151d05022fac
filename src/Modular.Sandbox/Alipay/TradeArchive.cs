using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Modular.Sandbox.Alipay;

/// <summary>Keeps the trades in the data folder over a restart. Does nothing without a folder.</summary>
internal sealed partial class TradeArchive(IOptions<SandboxOptions> options, Merchants merchants, ILogger<TradeArchive> logger)
{
    private readonly string? file = options.Value.Data is { Length: > 0 } data ? Path.Combine(data, "alipay-trades.json") : null;

    /// <summary>Whether something may have changed since the last save.</summary>
    public bool IsStale { get; set; }

    public IReadOnlyList<Trade> Load()
    {
        if (file is null || !File.Exists(file))
        {
            return [];
        }

        try
        {
            // Trades of an application that is no longer configured could not be signed for.
            var stored = JsonSerializer.Deserialize<List<Trade>>(File.ReadAllBytes(file)) ?? [];
            return [.. stored.Where(trade => merchants.Find(trade.AppId) is not null)];
        }
        catch (JsonException cause)
        {
            LogUnreadable(cause, file);
            return [];
        }
    }

    public void Save(IReadOnlyList<Trade> trades)
    {
        if (file is null || !IsStale)
        {
            return;
        }

        // Written beside and renamed, so that a kill leaves the old file or the new one and never half of one.
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(trades));
        File.Move(file + ".new", file, overwrite: true);
        IsStale = false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stored trades in {File} cannot be read; starting without them")]
    private partial void LogUnreadable(Exception cause, string file);
}
