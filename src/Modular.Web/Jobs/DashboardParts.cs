using System.Globalization;
using Hangfire;
using Hangfire.Dashboard;
using MediatR;
using Modular.Kernel;
using Modular.Payments;

namespace Modular.Web.Jobs;

/// <summary>
/// What the shop adds to Hangfire's dashboard: ways back to the operations pages, and the figures that tell whether the jobs do what they are
/// for. Hangfire keeps both in the process, so they are added once however many shops run in it; each asks the shop of the request.
/// </summary>
internal static class DashboardParts
{
    private static readonly (string Path, string Chinese, string English)[] Places =
    [
        ("/ops", "运营概览", "Operations"), ("/ops/payments", "待确认付款", "Payments"), ("/ops/exceptions", "待处理事项", "Exceptions"),
        ("/ops/reconciliation", "对账", "Reconciliation"),
    ];

    private static readonly Lock Gate = new();
    private static bool added;

    public static void Add()
    {
        lock (Gate)
        {
            if (added)
            {
                return;
            }

            added = true;
            foreach (var (path, chinese, english) in Places)
            {
                NavigationMenu.Items.Add(_ => new MenuItem(Text(chinese, english), path));
            }

            foreach (var metric in Metrics())
            {
                GlobalConfiguration.Configuration.UseDashboardMetric(metric);
            }
        }
    }

    // A metric has one title for all who look, so it is in both languages.
    private static IEnumerable<DashboardMetric> Metrics()
    {
        yield return new DashboardMetric("modular:unconfirmed", "未确认付款 · Unconfirmed payments", page => new Metric(Overview(page).OpenPayments));
        yield return new DashboardMetric("modular:oldest", "最久等待（分钟） · Oldest, minutes", page => Age(page) is { } minutes
            ? new Metric(minutes) { Style = minutes > 60 ? MetricStyle.Warning : MetricStyle.Default }
            : new Metric("–"));
        yield return new DashboardMetric("modular:refused", "24 小时内被拒 · Refused in 24 hours", page => Counted(Overview(page).RefusedLastDay));
        yield return new DashboardMetric("modular:silent", "通知中断的渠道 · Instances without notifications", page => Counted(Send(page, new ListSilentInstances.Query()).Count));
        yield return new DashboardMetric("modular:differences", "未决差异 · Open differences", page => Counted(Overview(page).OpenDifferences));
    }

    private static Metric Counted(int count) => new(count) { Style = count > 0 ? MetricStyle.Warning : MetricStyle.Success, Highlighted = count > 0 };

    private static long? Age(RazorPage page) => Overview(page).OldestOpenAt is { } oldest
        ? (long)(page.Context.GetHttpContext().RequestServices.GetRequiredService<TimeProvider>().UtcNow() - oldest).TotalMinutes
        : null;

    // The dashboard asks for one figure after the other and cannot wait; all of one request come from one reading.
    private static PaymentsOverview.View Overview(RazorPage page)
    {
        var context = page.Context.GetHttpContext();
        if (context.Items.TryGetValue(typeof(DashboardParts), out var known))
        {
            return (PaymentsOverview.View)known!;
        }

        var overview = Send(page, new PaymentsOverview.Query(Messages: 0));
        context.Items[typeof(DashboardParts)] = overview;
        return overview;
    }

    private static T Send<T>(RazorPage page, IRequest<T> request)
    {
        var mediator = page.Context.GetHttpContext().RequestServices.GetRequiredService<IMediator>();
        return Task.Run(() => mediator.Send(request)).GetAwaiter().GetResult();
    }

    private static string Text(string chinese, string english) => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "zh" ? chinese : english;
}
