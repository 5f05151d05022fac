using System.Text.Json;
using Modular.Payments.Abstractions;
using Modular.Payments.Abstractions.Statements;

namespace Modular.Payments.WeChatPay.Wire;

/// <summary>
/// Fetches the trade bill of a day: asks for its address and hash, which are signed, downloads from there at once (the address is
/// good for five minutes and its answer is not signed), and hands the lines out. A day's bill is made by 10:00 of the next, +08:00.
/// </summary>
internal sealed class Bills(WeChatPaySettings settings, Gateway gateway, Transport transport, TimeProvider time)
{
    private const long MaxDownloadBytes = 512L * 1024 * 1024;
    private static readonly TimeOnly MadeAt = new(10, 0);

    public async Task<StatementAnswer> FetchAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var path = $"/v3/bill/tradebill?bill_date={day:yyyy-MM-dd}&bill_type=ALL&tar_type=GZIP";
        return await gateway.CallAsync(HttpMethod.Get, path, null, cancellationToken) switch
        {
            GatewayAnswer.Done done => await FollowAsync(done.Body, day, cancellationToken),
            GatewayAnswer.Refused refused => OfRefusal(refused, day),
            GatewayAnswer.Unknown unknown => new StatementAnswer.Unknown(unknown.Detail),
            _ => throw new InvalidOperationException("A call has three outcomes."),
        };
    }

    /// <summary>That a day has no transactions would hide everything that is missing, so it counts only with a signature and once the bill is due.</summary>
    private StatementAnswer OfRefusal(GatewayAnswer.Refused refused, DateOnly day)
    {
        var error = refused.Error;
        if (error.Is("STATEMENT_CREATING") || (error.Is("NO_STATEMENT_EXIST") && time.GetUtcNow() < BeijingTime.At(day.AddDays(1), MadeAt)))
        {
            return new StatementAnswer.NotReady($"WeChat Pay has no bill of {day:yyyy-MM-dd} yet: {error.Sentence}");
        }

        return !error.Is("NO_STATEMENT_EXIST") ? new StatementAnswer.Unknown($"WeChat Pay names no bill: {error.Sentence}")
            : refused.IsSigned ? new StatementAnswer.Empty()
            : new StatementAnswer.Unknown("An answer says that the day has no transactions, but it is not signed, so it proves nothing.");
    }

    private async Task<StatementAnswer> FollowAsync(JsonElement answer, DateOnly day, CancellationToken cancellationToken)
    {
        if (!answer.Is("hash_type"u8, "SHA1"u8) || answer.Text("hash_value"u8) is not { Length: 40 } hash || !hash.All(char.IsAsciiHexDigit))
        {
            return new StatementAnswer.Unknown("WeChat Pay's answer names no SHA-1 hash of the bill.");
        }

        if (answer.Text("download_url"u8) is not { } text)
        {
            return new StatementAnswer.Unknown("WeChat Pay's answer names no address of the bill.");
        }

        return BillAddress.Read(text, settings.BaseUrl, out var problem) is { } address
            ? await DownloadAsync(address, hash, day, cancellationToken)
            : new StatementAnswer.Unknown(problem!);
    }

    private async Task<StatementAnswer> DownloadAsync(Uri address, string hash, DateOnly day, CancellationToken cancellationToken)
    {
        BillSpool? spool = null;
        try
        {
            using var request = transport.Request(HttpMethod.Get, address, null);
            using var response = await transport.OpenAsync(request, cancellationToken);
            if ((int)response.StatusCode != 200)
            {
                return new StatementAnswer.Unknown($"The bill's address answered with HTTP {(int)response.StatusCode}; redirects are not followed, and an address is good for five minutes.");
            }

            spool = new BillSpool();
            await using (var download = new BoundedReadStream(await response.Content.ReadAsStreamAsync(cancellationToken), MaxDownloadBytes))
            {
                await spool.FillAsync(download, cancellationToken);
            }

            // Whoever reads the lines brings a token; this one is for asking.
            var lines = new StatementAnswer.Ready(BillLines.ReadAsync(spool, hash, day, settings.MchId, CancellationToken.None));
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
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            return new StatementAnswer.Unknown($"The bill could not be downloaded ({e.GetType().Name}).");
        }
        finally
        {
            spool?.Dispose();
        }
    }
}
