using Modular.Payments.Abstractions;

namespace Modular.Payments.Alipay.Tests;

/// <summary>The plugin against a gateway that was written without it.</summary>
public sealed class AgainstSandboxTests
{
    private static readonly string[] Dropped = ["P1"];
    private static readonly DateOnly Today = new(2026, 11, 22);

    [Fact]
    public async Task A_refund_is_done_once_however_often_it_is_sent()
    {
        await using var sandbox = await LiveSandbox.StartAsync();
        await sandbox.PayAsync("P1", 36800);
        var refund = LiveSandbox.Refund("R1", "P1", 36800, 16800);
        Assert.Equal(RefundState.NotFound, Known(await sandbox.AskAsync(refund)).State);

        var done = Known(await sandbox.RefundAsync(refund));
        Assert.Equal((RefundState.Succeeded, Money.Cny(16800), Keys.Now), (done.State, done.Amount, done.RefundedAt));
        Assert.Equal(RefundState.Processing, Known(await sandbox.RefundAsync(refund)).State);
        var asked = Known(await sandbox.AskAsync(refund));
        Assert.Equal((RefundState.Succeeded, Money.Cny(16800), Keys.Now, "REFUND_SUCCESS"), (asked.State, asked.Amount, asked.RefundedAt, asked.ProviderState));

        Rejected("ACQ.DISCORDANT_REPEAT_REQUEST", false, await sandbox.RefundAsync(refund with { Amount = Money.Cny(1) }));
        Rejected("ACQ.REASON_TRADE_REFUND_FEE_ERR", false, await sandbox.RefundAsync(LiveSandbox.Refund("R2", "P1", 36800, 20001)));
        Assert.Equal(RefundState.Succeeded, Known(await sandbox.RefundAsync(LiveSandbox.Refund("R3", "P1", 36800, 20000))).State);
        Rejected("ACQ.TRADE_HAS_CLOSE", false, await sandbox.RefundAsync(LiveSandbox.Refund("R4", "P1", 36800, 1)));
        var query = Assert.IsType<QueryAnswer.Known>(await sandbox.Provider.QueryAsync(new PaymentReference("P1", null, Keys.Now), TestContext.Current.CancellationToken));
        Assert.Equal(ReportedState.Closed, query.Report.State);
    }

    [Fact]
    public async Task A_refund_is_announced_with_its_number_and_the_state_of_its_payment()
    {
        await using var sandbox = await LiveSandbox.StartAsync();
        await sandbox.PayAsync("P1", 36800);
        Assert.IsType<Verification.Verified>(await sandbox.NewestNotificationAsync("P1"));

        await sandbox.RefundAsync(LiveSandbox.Refund("R1", "P1", 36800, 16800));
        var partial = Assert.IsType<Verification.VerifiedRefund>(await sandbox.NewestNotificationAsync("P1"));
        Assert.Equal(("R1", "P1", RefundState.Succeeded, null, Keys.Now), (partial.Reports[0].RefundNo, partial.Reports[0].PaymentNo, partial.Reports[0].State, partial.Reports[0].Amount, partial.Reports[0].RefundedAt));
        Assert.Equal(ReportedState.Paid, partial.Payment!.State);

        await sandbox.RefundAsync(LiveSandbox.Refund("R2", "P1", 36800, 20000));
        var full = Assert.IsType<Verification.VerifiedRefund>(await sandbox.NewestNotificationAsync("P1"));
        Assert.Equal(("R2", ReportedState.Closed), (full.Reports[0].RefundNo, full.Payment!.State));
    }

    [Fact]
    public async Task C06_one_payment_may_have_fifty_one_refunds()
    {
        await using var sandbox = await LiveSandbox.StartAsync();
        await sandbox.PayAsync("P1", 5100);
        for (var number = 1; number <= 51; number++)
        {
            Assert.Equal(RefundState.Succeeded, Known(await sandbox.RefundAsync(LiveSandbox.Refund($"R{number}", "P1", 5100, 100))).State);
        }

        Assert.Null(sandbox.Refunds.RefundLimits.MaxPerPayment);
        Rejected("ACQ.TRADE_HAS_CLOSE", false, await sandbox.RefundAsync(LiveSandbox.Refund("R52", "P1", 5100, 100)));
    }

    [Fact]
    public async Task A_refund_that_is_done_later_is_processing_until_the_query_says_otherwise()
    {
        await using var sandbox = await LiveSandbox.StartAsync();
        await sandbox.PayAsync("P1", 36800);
        await sandbox.SetFaultsAsync(new { trade = new { refundDelaySeconds = 3600 } });
        var refund = LiveSandbox.Refund("R1", "P1", 36800, 36800);
        Assert.Equal(RefundState.Processing, Known(await sandbox.RefundAsync(refund)).State);
        Assert.Equal(RefundState.Processing, Known(await sandbox.AskAsync(refund)).State);
        sandbox.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((RefundState.Succeeded, Money.Cny(36800)), (Known(await sandbox.AskAsync(refund)).State, Known(await sandbox.AskAsync(refund)).Amount));
    }

    [Fact]
    public async Task What_the_gateway_refuses_says_whether_it_may_be_sent_again()
    {
        await using var sandbox = await LiveSandbox.StartAsync();
        var refund = LiveSandbox.Refund("R1", "P1", 36800, 100);
        Rejected("ACQ.TRADE_NOT_EXIST", false, await sandbox.RefundAsync(refund));
        Assert.Equal(RefundState.NotFound, Known(await sandbox.AskAsync(refund)).State);

        await sandbox.PayAsync("P1", 36800);
        await sandbox.SetFaultsAsync(new { trade = new { sellerShort = true } });
        Rejected("ACQ.SELLER_BALANCE_NOT_ENOUGH", true, await sandbox.RefundAsync(refund));
        await sandbox.SetFaultsAsync(new { gateway = new[] { new { kind = "SystemError" } } });
        Assert.IsType<RefundAnswer.Unknown>(await sandbox.RefundAsync(refund));
        Assert.IsType<RefundAnswer.Unknown>(await sandbox.AskAsync(refund));
        await sandbox.SetFaultsAsync(new { });
        Assert.Equal(RefundState.Succeeded, Known(await sandbox.RefundAsync(refund)).State);

        await sandbox.ControlAsync("trades/P1/finish");
        Rejected("ACQ.TRADE_HAS_FINISHED", false, await sandbox.RefundAsync(LiveSandbox.Refund("R2", "P1", 36800, 100)));
    }

    [Theory]
    [InlineData("Http500")]
    [InlineData("Html")]
    [InlineData("Close")]
    [InlineData("Empty")]
    [InlineData("Unsigned")]
    [InlineData("WrongSignature")]
    [InlineData("SystemError")]
    public async Task A_refund_whose_answer_was_lost_is_unknown_and_found_by_its_number(string kind)
    {
        await using var sandbox = await LiveSandbox.StartAsync();
        await sandbox.PayAsync("P1", 36800);
        await sandbox.SetFaultsAsync(new { gateway = new[] { new { kind, afterWork = true, times = 1 } } });
        var refund = LiveSandbox.Refund("R1", "P1", 36800, 16800);
        Assert.IsType<RefundAnswer.Unknown>(await sandbox.RefundAsync(refund));
        Assert.Equal((RefundState.Succeeded, Money.Cny(16800)), (Known(await sandbox.AskAsync(refund)).State, Known(await sandbox.AskAsync(refund)).Amount));
    }

    [Fact]
    public async Task The_bill_of_a_day_lists_its_payments_and_its_finished_refunds()
    {
        await using var sandbox = await LiveSandbox.StartAsync();
        await sandbox.PayAsync("P1", 36800);
        await sandbox.RefundAsync(LiveSandbox.Refund("R1", "P1", 36800, 16800));
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        await sandbox.PayAsync("P2", 1);
        Assert.IsType<StatementAnswer.NotReady>(await sandbox.BillAsync(Today));
        sandbox.Time.Advance(TimeSpan.FromDays(1));

        var lines = await LinesAsync(sandbox);
        Assert.Equal(
            [(StatementLineKind.Payment, "P1", null, 36800, 221), (StatementLineKind.Refund, "P1", "R1", 16800, -101), (StatementLineKind.Payment, "P2", null, 1, 0)],
            lines.Select(line => (line.Kind, line.PaymentNo, line.RefundNo, line.Amount.Minor, line.FeeMinor)));
        Assert.Equal(Keys.Now, lines[0].At);
        Assert.Equal([], await LinesAsync(sandbox, Today.AddDays(-1)));
    }

    [Fact]
    public async Task The_differences_that_a_bill_shows_are_read_as_they_stand()
    {
        await using var sandbox = await LiveSandbox.StartAsync();
        await sandbox.PayAsync("P1", 36800);
        await sandbox.PayAsync("P2", 100);
        await sandbox.ControlAsync("trades/P2/refund", new { amount = "0.40" });
        await sandbox.SetFaultsAsync(new { alipayBill = new { ready = true, drop = Dropped, amounts = new Dictionary<string, string> { ["P2"] = "1.01" }, add = new[] { new { outTradeNo = "X", amount = "9.99", outRequestNo = "Y" } } } });
        var lines = await LinesAsync(sandbox);
        Assert.Equal(["P2 101", "P2 40", "X 999"], lines.Select(line => $"{line.PaymentNo} {line.Amount.Minor}").Order(StringComparer.Ordinal));
        Assert.StartsWith("CONSOLE", lines.Single(line => line.Amount.Minor == 40).RefundNo, StringComparison.Ordinal);
        Assert.Equal("Y", lines.Single(line => line.PaymentNo == "X").RefundNo);
    }

    [Fact]
    public async Task X03_X04_L07_hostile_bills_are_refused()
    {
        await using var sandbox = await LiveSandbox.StartAsync();
        await sandbox.PayAsync("P1", 36800);
        object[] faults =
        [
            new { ready = true, wrongTotals = true },
            new { ready = true, missingColumn = "商户订单号" },
            new { ready = true, garbageRows = 1 },
            new { ready = true, bombMebibytes = 64 },
            new { ready = true, entries = 100_000 },
            new { ready = true, namePrefix = "../../" },
            new { ready = true, cutOff = true },
        ];
        foreach (var fault in faults)
        {
            await sandbox.SetFaultsAsync(new { alipayBill = fault });
            await Assert.ThrowsAsync<StatementException>(() => LinesAsync(sandbox));
        }

        await sandbox.SetFaultsAsync(new { alipayBill = new { ready = true } });
        Assert.Single(await LinesAsync(sandbox));
    }

    [Fact]
    public async Task X09_X10_other_addresses_and_redirects_are_not_followed()
    {
        await using var sandbox = await LiveSandbox.StartAsync();
        await sandbox.PayAsync("P1", 36800);
        foreach (var fault in new object[] { new { ready = true, downloadUrl = "http://169.254.169.254/latest" }, new { ready = true, redirectTo = "http://169.254.169.254/latest" } })
        {
            await sandbox.SetFaultsAsync(new { alipayBill = fault });
            Assert.IsType<StatementAnswer.Unknown>(await sandbox.BillAsync(Today));
        }
    }

    private static async Task<List<StatementLine>> LinesAsync(LiveSandbox sandbox, DateOnly? day = null)
    {
        var answer = await sandbox.BillAsync(day ?? Today);
        var lines = new List<StatementLine>();
        if (answer is StatementAnswer.Empty)
        {
            return lines;
        }

        await foreach (var line in Assert.IsType<StatementAnswer.Ready>(answer).Lines.WithCancellation(TestContext.Current.CancellationToken))
        {
            lines.Add(line);
        }

        return lines;
    }

    private static RefundReport Known(RefundAnswer answer) => Assert.IsType<RefundAnswer.Known>(answer).Report;

    private static void Rejected(string code, bool mayRetry, RefundAnswer answer)
    {
        var rejected = Assert.IsType<RefundAnswer.Rejected>(answer);
        Assert.Equal((code, mayRetry), (rejected.Code, rejected.MayRetry));
    }
}
