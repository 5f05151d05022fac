using Microsoft.Extensions.Configuration;

namespace Modular.Ordering;

/// <summary>The settings of this module.</summary>
/// <param name="OrderExpiry">After this time an unpaid order closes; <c>Modular:Payments:OrderExpiry</c>, 30 minutes unless set.</param>
public sealed record OrderingOptions(TimeSpan OrderExpiry)
{
    public static OrderingOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var expiry = configuration.GetValue("Modular:Payments:OrderExpiry", TimeSpan.FromMinutes(30));
        return expiry > TimeSpan.Zero && expiry <= TimeSpan.FromDays(15)
            ? new OrderingOptions(expiry)
            : throw new InvalidOperationException("Modular:Payments:OrderExpiry must be a time span above zero and of 15 days at most, like 00:30:00.");
    }
}
