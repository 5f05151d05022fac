using System.Text.Json;
using System.Text.Json.Serialization;

namespace Modular.Sandbox.Control;

/// <summary>The control plane: what a test or a person does that no merchant could. Documented in README.md.</summary>
internal static class ControlModule
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // A misspelt fault would otherwise be a test that proves nothing.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static void AddControl(this IServiceCollection services) =>
        services.AddSingleton<IGatewayControl, AlipayControl>().AddSingleton<IGatewayControl, WeChatControl>();

    public static void MapControl(this WebApplication app)
    {
        app.Use(ExplainBadRequestsAsync);
        app.MapGet("/sandbox/health", () => Results.Json(new { status = "ok" }));
        app.MapTradeControl();
        app.MapNotificationControl();
        app.MapFaultControl();
        app.MapWeChatKeyControl();
        app.MapWeChatRefundControl();
        app.MapControlPage();
    }

    public static IResult Answer(object value) => Results.Json(value, Json);

    public static IResult Problem(int status, string code, string message) => Results.Json(new { code, message }, Json, statusCode: status);

    private static async Task ExplainBadRequestsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException mistake) when (!context.Response.HasStarted)
        {
            await Problem(mistake.StatusCode, "bad_request", mistake.Message).ExecuteAsync(context);
        }
    }

    /// <summary>The body as JSON, or null where there is none. What is not JSON is the caller's mistake and said so.</summary>
    public static async Task<T?> ReadAsync<T>(HttpRequest request)
        where T : class
    {
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync();
        try
        {
            return string.IsNullOrWhiteSpace(text) ? null : JsonSerializer.Deserialize<T>(text, Json);
        }
        catch (JsonException cause)
        {
            throw new BadHttpRequestException(cause.Message, StatusCodes.Status400BadRequest, cause);
        }
    }
}
