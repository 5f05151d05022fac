namespace Modular.Sandbox.WeChat.Cashier;

/// <summary>The launch parameters as they stand in the query, by their exact names.</summary>
internal static class LaunchParameters
{
    public static Dictionary<string, string> Of(HttpRequest request) =>
        request.Query.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString(), StringComparer.Ordinal);
}
