using System.Net;
using System.Text;

namespace Modular.Sandbox.Pages;

/// <summary>Pages are one embedded frame around a body; everything that came from outside is encoded on its way in.</summary>
internal static class Html
{
    private static readonly string Frame = Resource("layout.html");
    private static readonly string Style = Resource("sandbox.css");

    public static IResult Page(string title, string body, string kind, int status = StatusCodes.Status200OK) =>
        Results.Text(Fill(title, body, kind, "utf-8"), "text/html; charset=utf-8", Encoding.UTF8, status);

    /// <summary>For the gateways that answer in the charset in which they were asked; what it does not have becomes a question mark.</summary>
    public static IResult Page(string title, string body, string kind, string charset, Encoding encoding) =>
        Results.Bytes(encoding.GetBytes(Fill(title, body, kind, charset)), $"text/html; charset={charset}");

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

    // The body goes in last, so that nothing inside it is taken for a place to fill.
    private static string Fill(string title, string body, string kind, string charset) =>
        Frame.Replace("{{charset}}", charset, StringComparison.Ordinal)
            .Replace("{{title}}", Encode(title), StringComparison.Ordinal)
            .Replace("{{kind}}", kind, StringComparison.Ordinal)
            .Replace("{{body}}", body, StringComparison.Ordinal);
}
