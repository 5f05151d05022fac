namespace Modular.Sandbox.WeChat;

/// <summary>What a browser calls itself, which is all that WeChat's pages go by.</summary>
internal static class UserAgent
{
    public static bool IsWeChat(HttpRequest request) => Says(request, "MicroMessenger");

    public static bool IsApple(HttpRequest request) => Says(request, "iPhone") || Says(request, "iPad");

    private static bool Says(HttpRequest request, string word) =>
        request.Headers.UserAgent.ToString().Contains(word, StringComparison.OrdinalIgnoreCase);
}
