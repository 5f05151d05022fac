namespace Modular.Web.Hosting;

/// <summary>Stands in for the framework's empty errors, in both languages, where a browser asked for a page.</summary>
internal static class PlainPage
{
    public static bool Has(int status) => status is 400 or 404 or 413 or 429;

    public static async Task WriteAsync(HttpContext context)
    {
        var (title, zh, en) = context.Response.StatusCode switch
        {
            404 => ("没有找到 · Not found", "此页面不存在，或您无权查看。", "There is no such page, or it is not yours to see."),
            413 => ("内容过大 · Too large", "发送的内容太大，未被接收。", "What was sent is too large and was not taken; nothing has changed."),
            429 => ("请稍候 · Please wait", "尝试次数过多，请一分钟后再试。", "Too many attempts; please try again in a minute."),
            400 when context.Request.Method == HttpMethods.Get => ("地址有误 · Not understood", "此地址无法识别。", "This address cannot be understood."),
            _ => ("请重试 · Please try again", "页面打开太久或内容不完整，请返回并刷新后再试。什么都没有改变。", "The page was open too long, or something was missing. Go back, reload and try again; nothing has changed."),
        };
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync($"""
            <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title><link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="{StaticFiles.Url("site.css")}"></head>
            <body><header class="top"><a class="brand" href="/">Modular</a></header><main class="page"><div class="narrow"><section class="card status"><h1>{title}</h1><p>{zh}</p><p lang="en">{en}</p>
            <div class="actions"><a class="button quiet" href="/">回到首页 · Home</a></div></section></div></main></body></html>
            """);
    }
}
