using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Modular.Testing.Hosting;

/// <summary>
/// A logger factory that outlives its shop. Hangfire keeps the factory of whichever shop was set up last for the whole process,
/// where tests run many shops side by side: one that was disposed with its shop would throw in the shops that still run.
/// </summary>
internal sealed class LastingLoggerFactory(IEnumerable<ILoggerProvider> providers, IOptionsMonitor<LoggerFilterOptions> filter) : ILoggerFactory
{
    private readonly LoggerFactory inner = new(providers, filter);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public ILogger CreateLogger(string categoryName) => inner.CreateLogger(categoryName);

    public void Dispose()
    {
        // See above: the providers are disposed by the shop's container, which made them.
    }
}
