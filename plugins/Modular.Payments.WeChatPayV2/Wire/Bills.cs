using System.Globalization;
using System.Net;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.WeChatPayV2.Wire;

/// <summary>
/// Fetches the bill of a day in one call, <c>/pay/downloadbill</c>. What comes back is not signed, so that it is WeChat Pay's is the
/// connection's word alone; it is text, or gzip of it, or XML that says why there is none. A day's bill is made from 09:00 of
/// the next, +08:00, and fetched after 10:00.
/// </summary>
internal sealed class Bills(WeChatPayV2Settings settings, Gateway gateway, HttpClient http, TimeProvider time)
{
    private const string Path = "/pay/downloadbill";
    private const long MaxDownloadBytes = 512L * 1024 * 1024;
    private static readonly TimeOnly MadeAt = new(10, 0);

    public async Task<StatementAnswer> FetchAsync(DateOnly day, CancellationToken cancellationToken)
    {
        BillSpool? spool = null;
        try
        {
            using var request = gateway.Request(Path, [("bill_date", day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)), ("bill_type", "ALL"), ("tar_type", "GZIP")]);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return new StatementAnswer.Unknown($"WeChat answered with HTTP {(int)response.StatusCode}.");
            }

            spool = new BillSpool();
            await using (var download = new BoundedReadStream(await response.Content.ReadAsStreamAsync(cancellationToken), MaxDownloadBytes))
            {
                await spool.FillAsync(download, cancellationToken);
            }

            if (await spool.MessageAsync(cancellationToken) is { } message)
            {
                return OfMessage(message, day);
            }

            // Whoever reads the lines brings a token; this one is for asking.
            var lines = new StatementAnswer.Ready(BillLines.ReadAsync(spool, day, settings.MchId, CancellationToken.None));
            spool = null;
            return lines;
        }
        catch (StatementException e)
        {
            return new StatementAnswer.Unknown(e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new StatementAnswer.Unknown("WeChat did not answer in time.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            return new StatementAnswer.Unknown($"The bill could not be downloaded ({e.GetType().Name}).");
        }
        finally
        {
            spool?.Dispose();
        }
    }

    /// <summary>
    /// WeChat Pay says <c>No Bill Exist</c> of a day without transactions for ever, and of every other until its bill is made; so it
    /// means an empty day only once the bill is due.
    /// </summary>
    private StatementAnswer OfMessage(byte[] bytes, DateOnly day)
    {
        if (XmlMessage.Read(bytes, out var problem) is not { } message)
        {
            return new StatementAnswer.Unknown($"The answer {problem}.");
        }

        var says = ForeignText.Quote(string.Join(' ', new[] { message.Text("error_code") ?? message.Text("err_code"), message.Text("return_msg") ?? "nothing" }.Where(part => part is not null)), 200);
        if (!message.Is("return_code", "FAIL"))
        {
            return new StatementAnswer.Unknown($"WeChat Pay names no bill: {says}.");
        }

        var isDue = time.GetUtcNow() >= BeijingTime.At(day.AddDays(1), MadeAt);
        return Plain(message.Text("return_msg")) switch
        {
            "nobillexist" when isDue => new StatementAnswer.Empty(),
            "nobillexist" or "billcreating" or "billgenerating" => new StatementAnswer.NotReady($"WeChat Pay has no bill of {day:yyyy-MM-dd} yet: {says}."),
            _ => new StatementAnswer.Unknown($"WeChat Pay names no bill: {says}."),
        };
    }

    // Documents write "No Bill Exist" and "NO Bill Exist".
    private static string Plain(string? text) => string.Concat((text ?? "").Where(char.IsAsciiLetter)).ToLowerInvariant();
}
