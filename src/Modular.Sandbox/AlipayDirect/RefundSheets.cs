namespace Modular.Sandbox.AlipayDirect;

/// <summary>The batches that wait for an operator's password, each behind an unguessable address for half an hour.</summary>
internal sealed class RefundSheets(TimeProvider time)
{
    private readonly ExpiringIds<RefundBatch> sheets = new(TimeSpan.FromMinutes(30), time);

    public string Put(RefundBatch batch)
    {
        var token = Digits.Token();
        sheets.Add(token, batch);
        return token;
    }

    public RefundBatch? Find(string token) => sheets.Find(token) is var (batch, isAlive) && isAlive ? batch : null;
}
