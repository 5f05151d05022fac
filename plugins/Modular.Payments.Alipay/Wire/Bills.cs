using System.Net;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.Alipay.Wire;

/// <summary>
/// Fetches the bill of a day: asks the gateway for the address, downloads from it at once (it is good for 30 seconds), and
/// hands the lines out. Alipay makes a day's bill at about 09:00 of the next, +08:00.
/// </summary>
internal sealed class Bills(AlipaySettings settings, Gateway gateway, HttpClient http, TimeProvider time)
{
    public const string Method = "alipay.data.dataservice.bill.downloadurl.query";
    private const long MaxDownloadBytes = 512L * 1024 * 1024;

    public async Task<StatementAnswer> FetchAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var answer = await gateway.CallAsync(Method, BizContent.OfBill(day), null, cancellationToken);
        if (answer is not GatewayAnswer.Verified verified)
        {
            return new StatementAnswer.Unknown(((GatewayAnswer.Unknown)answer).Detail);
        }

        if (Absence(verified, day) is { } absence)
        {
            return absence;
        }

        if (!verified.IsSuccess || verified.Text("bill_download_url") is not { } text)
        {
            return new StatementAnswer.Unknown($"Alipay's answer names no bill: {verified.Complaint}.");
        }

        return BillAddress.Read(text, settings.Gateway, out var problem) is { } address
            ? await DownloadAsync(address, day, cancellationToken)
            : new StatementAnswer.Unknown(problem!);
    }

    /// <summary>
    /// Why there is no bill, or null. Alipay says <c>BILL_NOT_EXIST</c> before a bill is made and, of a day without transactions,
    /// for ever; so it only means an empty day once the bill's own day is over too.
    /// </summary>
    private StatementAnswer? Absence(GatewayAnswer.Verified verified, DateOnly day)
    {
        if (verified.IsSuccess)
        {
            return verified.Text("bill_file_code") == "EMPTY_DATA_WITH_BILL_FILE" ? new StatementAnswer.Empty() : null;
        }

        var code = verified.SubCode[(verified.SubCode.LastIndexOf('.') + 1)..].ToUpperInvariant();
        var made = BeijingTime.At(day.AddDays(1), new TimeOnly(9, 0));
        var now = time.GetUtcNow();
        return code switch
        {
            "NO_BILL_DATA" or "EMPTY_DATA" when now >= made => new StatementAnswer.Empty(),
            "BILL_NOT_EXIST" when now >= made.AddDays(1) => new StatementAnswer.Empty(),
            "BILL_DATE_BEFORE_REGISTRATION" => new StatementAnswer.Empty(),
            "NO_BILL_DATA" or "EMPTY_DATA" or "BILL_NOT_EXIST" => new StatementAnswer.NotReady($"Alipay has no bill of {day:yyyy-MM-dd} yet: {verified.Complaint}."),
            _ => null,
        };
    }

    private async Task<StatementAnswer> DownloadAsync(Uri address, DateOnly day, CancellationToken cancellationToken)
    {
        BillSpool? spool = null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return new StatementAnswer.Unknown($"The bill's address answered with HTTP {(int)response.StatusCode}; redirects are not followed.");
            }

            spool = new BillSpool();
            await using (var download = new BoundedReadStream(await response.Content.ReadAsStreamAsync(cancellationToken), MaxDownloadBytes))
            {
                await spool.FillAsync(download, cancellationToken);
            }

            if (!spool.IsZip)
            {
                return new StatementAnswer.Unknown("The bill's address answered with something that is no ZIP file, as it does when the link is older than 30 seconds.");
            }

            // Whoever reads the lines brings a token; this one is for asking.
            var lines = new StatementAnswer.Ready(BillLines.ReadAsync(spool, day, settings.SellerId, CancellationToken.None));
            spool = null;
            return lines;
        }
        catch (StatementException e)
        {
            return new StatementAnswer.Unknown(e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new StatementAnswer.Unknown("The bill's address did not answer in time.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new StatementAnswer.Unknown($"The bill could not be downloaded ({e.GetType().Name}).");
        }
        finally
        {
            spool?.Dispose();
        }
    }
}
