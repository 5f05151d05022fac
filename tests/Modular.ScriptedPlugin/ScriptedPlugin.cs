using System.Globalization;
using System.Text;
using Modular.Payments.Abstractions;

namespace Modular.ScriptedPlugin;

/// <summary>
/// A provider that says whatever a test wants it to say. The test puts a <c>Func&lt;string, string&gt;</c> into the process under
/// <see cref="Script"/>; each call hands it one line and takes one line back. It signs and checks nothing.
/// </summary>
/// <remarks>
/// Calls: <c>start I P</c>, <c>query I P</c>, <c>close I P</c>, <c>refund I R P minor</c>, <c>ask I R P minor</c>, <c>bill I yyyy-MM-dd</c>,
/// where I is the instance. Answers: of starts <c>started</c>, <c>alreadypaid</c>, <c>unknown</c>; of payments <c>paid minor trade</c>,
/// <c>pending</c>, <c>closed</c>, <c>notfound</c>, <c>unknown</c>; of refunds <c>succeeded</c>, <c>processing</c>, <c>failed</c>, <c>abnormal</c>,
/// <c>notfound</c>, <c>unknown</c>, <c>rejected CODE</c>, <c>retry CODE</c>; of bills <c>empty</c>, <c>notready</c>, <c>unknown</c>, or lines
/// <c>payment no trade minor fee time</c> and
/// <c>refund no trade minor fee time refundNo</c>, where a line <c>broken</c> ends the reading with an error. A notification's
/// body is <c>paid P minor trade</c>, where the sum may be <c>-</c> or <c>100:USD</c>, or <c>refunded R P minor</c>, or <c>abnormal R P minor</c>. A
/// return's query begins with <c>payment=P</c>.
/// </remarks>
public sealed class ScriptedPlugin : IPaymentPlugin
{
    /// <summary>The name under which the process keeps the test's function.</summary>
    public const string Script = "scripted-provider";

    public IReadOnlyDictionary<string, string> DisplayNames { get; } = new Dictionary<string, string> { ["en"] = "Scripted" };

    public IPaymentProvider Create(ProviderContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ScriptedProvider(context.Instance, context.Settings.Optional("MaxRefunds") is { } most ? int.Parse(most, CultureInfo.InvariantCulture) : null);
    }
}

internal sealed class ScriptedProvider(string instance, int? maxRefunds) : IPaymentProvider, IClosingProvider, IRefundingProvider, IStatementProvider
{
    private static readonly ProviderAccount Own = new("scripted", null);

    public ProviderAccount Account => Own;

    public IReadOnlyList<PaymentScene> Scenes { get; } = [PaymentScene.Pc, PaymentScene.Qr];

    public RefundLimits RefundLimits => new(maxRefunds, maxRefunds is null ? TimeSpan.Zero : TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));

    public Task<StartAnswer> StartAsync(StartRequest request, CancellationToken cancellationToken) => Task.FromResult<StartAnswer>(
        Ask($"start {instance} {request.PaymentNo}")[0] switch
        {
            "started" => new StartAnswer.Started(new PaymentAction.QrCode("https://scripted.invalid/" + request.PaymentNo)),
            "alreadypaid" => new StartAnswer.AlreadyPaid("The script calls it paid."),
            _ => new StartAnswer.Unknown("The script does not say."),
        });

    public Task<QueryAnswer> QueryAsync(PaymentReference payment, CancellationToken cancellationToken)
    {
        var words = Ask($"query {instance} {payment.PaymentNo}");
        return Task.FromResult<QueryAnswer>(words[0] switch
        {
            "paid" => new QueryAnswer.Known(Paid(payment.PaymentNo, words[1], words[2])),
            "pending" => new QueryAnswer.Known(Report(payment.PaymentNo, ReportedState.Pending)),
            "closed" => new QueryAnswer.Known(Report(payment.PaymentNo, ReportedState.Closed)),
            "notfound" => new QueryAnswer.Known(Report(payment.PaymentNo, ReportedState.NotFound)),
            _ => new QueryAnswer.Unknown("The script does not say."),
        });
    }

    public Task<CloseAnswer> CloseAsync(PaymentReference payment, CancellationToken cancellationToken) =>
        Task.FromResult<CloseAnswer>(Ask($"close {instance} {payment.PaymentNo}")[0] == "closed" ? new CloseAnswer.Closed() : new CloseAnswer.Unknown("The script does not say."));

    public Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Answer($"refund {instance} {request.RefundNo} {request.Payment.PaymentNo} {request.Amount.Minor}", request.Reference));

    public Task<RefundAnswer> QueryRefundAsync(RefundReference refund, CancellationToken cancellationToken) =>
        Task.FromResult(Answer($"ask {instance} {refund.RefundNo} {refund.Payment.PaymentNo} {refund.Amount.Minor}", refund));

    public Task<StatementAnswer> FetchStatementAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var text = Said($"bill {instance} {day:yyyy-MM-dd}");
        return Task.FromResult<StatementAnswer>(text switch
        {
            "empty" => new StatementAnswer.Empty(),
            "notready" => new StatementAnswer.NotReady("The bill is not made yet."),
            "unknown" => new StatementAnswer.Unknown("The script does not say."),
            _ => new StatementAnswer.Ready(LinesAsync(text)),
        });
    }

    public ValueTask<Verification> VerifyNotificationAsync(RawRequest request, CancellationToken cancellationToken)
    {
        var words = Encoding.ASCII.GetString(request.Body.Span).Split(' ');
        return new(words[0] switch
        {
            "paid" => new Verification.Verified(Paid(words[1], words[2], words[3])),
            "refunded" => new Verification.VerifiedRefund([RefundReport(words[1], words[2], RefundState.Succeeded, words[3])]),
            "abnormal" => new Verification.VerifiedRefund([RefundReport(words[1], words[2], RefundState.Abnormal, words[3])]),
            _ => new Verification.Refused(RefusalReason.WrongSignature, "The script knows no such message."),
        });
    }

    public ValueTask<Verification> VerifyReturnAsync(RawRequest request, CancellationToken cancellationToken) =>
        new(request.Query.Split('&')[0].Split('=') is ["payment", var paymentNo]
            ? new Verification.Unsigned(paymentNo)
            : new Verification.Refused(RefusalReason.MissingSignature, "Nobody returns from here."));

    public NotificationReply Acknowledge() => new(200, "text/plain", "success"u8.ToArray());

    public NotificationReply Refuse() => new(400, "text/plain", "fail"u8.ToArray());

    private static PaymentReport Report(string paymentNo, ReportedState state) =>
        new() { PaymentNo = paymentNo, State = state, Account = Own, ProviderState = state.ToString() };

    private static PaymentReport Paid(string paymentNo, string minor, string tradeNo) =>
        Report(paymentNo, ReportedState.Paid) with { Amount = Sum(minor), ProviderTradeNo = tradeNo };

    /// <summary>Fen, or minor units with their currency behind a colon; null when a dash says that no sum is named.</summary>
    private static Money? Sum(string text) => text == "-" ? null : text.Split(':') is [var minor, var currency] ? new Money(Minor(minor), currency) : Money.Cny(Minor(text));

    private static RefundReport RefundReport(string refundNo, string paymentNo, RefundState state, string? minor) => new()
    {
        RefundNo = refundNo, PaymentNo = paymentNo, State = state, Account = Own, ProviderState = state.ToString(),
        Amount = minor is null or "-" ? null : Money.Cny(Minor(minor)),
    };

    private static long Minor(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static RefundAnswer Answer(string call, RefundReference refund)
    {
        var words = Ask(call);
        return words[0] switch
        {
            "succeeded" => Known(RefundState.Succeeded),
            "processing" => Known(RefundState.Processing),
            "failed" => Known(RefundState.Failed),
            "abnormal" => Known(RefundState.Abnormal),
            "notfound" => Known(RefundState.NotFound),
            "rejected" => new RefundAnswer.Rejected(words[1], "The provider will not.", MayRetry: false),
            "retry" => new RefundAnswer.Rejected(words[1], "The account has not enough money: top it up.", MayRetry: true),
            _ => new RefundAnswer.Unknown("The script does not say."),
        };

        RefundAnswer.Known Known(RefundState state) =>
            new(RefundReport(refund.RefundNo, refund.Payment.PaymentNo, state, refund.Amount.Minor.ToString(CultureInfo.InvariantCulture)));
    }

    private static async IAsyncEnumerable<StatementLine> LinesAsync(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await Task.Yield();
            var words = line.Split(' ');
            yield return words[0] == "broken"
                ? throw new StatementException("The totals of the bill differ from its lines.")
                : new StatementLine
                {
                    Kind = words[0] == "refund" ? StatementLineKind.Refund : StatementLineKind.Payment,
                    PaymentNo = words[1],
                    ProviderTradeNo = words[2] == "-" ? null : words[2],
                    Amount = Money.Cny(Minor(words[3])),
                    FeeMinor = Minor(words[4]),
                    At = DateTimeOffset.Parse(words[5], CultureInfo.InvariantCulture),
                    RefundNo = words.Length > 6 ? words[6] : null,
                };
        }
    }

    private static string[] Ask(string call) => Said(call).Split(' ');

    private static string Said(string call) => ((Func<string, string>)AppDomain.CurrentDomain.GetData(ScriptedPlugin.Script)!)(call);
}
