using System.Globalization;
using Modular.Benchmarks;

// build/bench [--only P1,P2,…] [--rows N]: every figure is a ratio within this run; absolute numbers drift with the machine.
var only = Argument("--only")?.Split(',', StringSplitOptions.TrimEntries) ?? [];
var rows = int.Parse(Argument("--rows") ?? "1000000", CultureInfo.InvariantCulture);

if (Wanted("P2"))
{
    VerifyAlipay.Run();
    VerifyWeChatPay.Run();
}

if (Wanted("P1") || Wanted("P3"))
{
    await DurableNotify.RunAsync();
}

if (Wanted("P5"))
{
    await ClaimDue.RunAsync(rows);
}

if (Wanted("P6"))
{
    await ReconcileBill.RunAsync(rows);
}

string? Argument(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

bool Wanted(string goal) => only.Length == 0 || only.Contains(goal, StringComparer.OrdinalIgnoreCase);
