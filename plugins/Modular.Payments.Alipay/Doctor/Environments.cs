using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Doctor;

namespace Modular.Payments.Alipay.Doctor;

/// <summary>Tells Alipay's sandbox from production where numbers and addresses say so beyond doubt.</summary>
internal static class Environments
{
    // The present sandbox gives out numbers that begin so, and production never does. Older sandboxes had numbers like production's.
    private const string SandboxApp = "9021";

    /// <summary>What contradicts itself, as a sentence's beginning; null when nothing does for certain.</summary>
    public static string? Cause(FieldMessage message, ProviderSettings settings)
    {
        var ours = settings.Optional("AppId");
        var isSandboxGateway = Surroundings.IsSandbox(settings);
        if (ours is not null && IsSandboxApp(ours) && !isSandboxGateway)
        {
            return "AppId is an application of Alipay's sandbox, and Gateway is production";
        }

        // Both names of the application, so that one changed value is not taken for another world.
        if (ours is null || message["app_id"] is not { } app || message["auth_app_id"] != app || app == ours)
        {
            return null;
        }

        return IsSandboxApp(app) && !IsSandboxApp(ours) && !isSandboxGateway ? "The message is about an application of Alipay's sandbox, and this instance is one of production"
            : !IsSandboxApp(app) && IsSandboxApp(ours) ? "The message is about an application of production, and this instance is one of Alipay's sandbox"
            : null;
    }

    private static bool IsSandboxApp(string app) => app.StartsWith(SandboxApp, StringComparison.Ordinal) && app.Length == 16;
}
