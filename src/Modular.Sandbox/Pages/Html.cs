using System.Net;
using System.Text;

namespace Modular.Sandbox.Pages;

/// <summary>Pages are one embedded frame around a body; everything that came from outside is encoded on its way in.</summary>
internal static class Html
{
    private static readonly string Frame = Resource("layout.html");
    private static readonly string Style = Resource("sandbox.css");

    public static IResult Page(string title, string body, string kind, int status = StatusCodes.Status200OK)
    {
        // The body goes in last, so that nothing inside it is taken for a place to fill.
        var html = Frame.Replace("{{title}}", Encode(title), StringComparison.Ordinal)
            .Replace("{{kind}}", kind, StringComparison.Ordinal)
            .Replace("{{body}}", body, StringComparison.Ordinal);
        return Results.Text(html, "text/html; charset=utf-8", Encoding.UTF8, status);
    }

    public static IResult NotFound() => Page(
        "Not found",
        """<section class="card"><h1>没有这笔交易</h1><p class="soft">No such trade in this sandbox.</p></section>""",
        "narrow",
        StatusCodes.Status404NotFound);

    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    public static void MapStylesheet(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/sandbox.css", () => Results.Text(Style, "text/css; charset=utf-8"));

    public static string Resource(string name)
    {
        using var stream = typeof(Html).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
