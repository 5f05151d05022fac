namespace Modular.Web.Hosting;

/// <summary>Runs the not-found page in place of an empty 404.</summary>
internal static class NotFoundPage
{
    public static async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync("""
            <!doctype html><html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>404</title><link rel="stylesheet" href="/site.css"></head>
            <body><main class="page"><h1>没有找到 · Not found</h1><p>此页面不存在，或您无权查看。<br>There is no such page, or it is not yours to see.</p>
            <p><a href="/">回到首页 · Home</a></p></main></body></html>
            """);
    }
}
