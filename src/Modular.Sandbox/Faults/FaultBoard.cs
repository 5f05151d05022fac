namespace Modular.Sandbox.Faults;

/// <summary>The faults in force. A sheet is replaced whole; only counted gateway faults wear off by themselves.</summary>
internal sealed class FaultBoard
{
    private readonly Lock gate = new();
    private FaultSheet sheet = new();

    public FaultSheet Sheet
    {
        get
        {
            lock (gate)
            {
                return sheet;
            }
        }

        set
        {
            lock (gate)
            {
                sheet = value;
            }
        }
    }

    public NotifyFaults Notify(string outTradeNo)
    {
        var now = Sheet;
        return (now.Trades.GetValueOrDefault(outTradeNo)?.Notify ?? new()).Over(now.Notify);
    }

    public TradeFaults Trade(string outTradeNo)
    {
        var now = Sheet;
        return (now.Trades.GetValueOrDefault(outTradeNo)?.Trade ?? new()).Over(now.Trade);
    }

    /// <summary>The first fault that concerns the call, a trade's own before the general ones; uses up one of its times.</summary>
    public GatewayFault? TakeGateway(string? method, string? outTradeNo)
    {
        lock (gate)
        {
            if (outTradeNo is not null && sheet.Trades.TryGetValue(outTradeNo, out var own) && Take(own.Gateway, method, out var rest) is { } first)
            {
                sheet = sheet with { Trades = new(sheet.Trades) { [outTradeNo] = own with { Gateway = rest } } };
                return first;
            }

            var fault = Take(sheet.Gateway, method, out rest);
            if (fault is not null)
            {
                sheet = sheet with { Gateway = rest };
            }

            return fault;
        }
    }

    /// <summary>The number that an exchange of a code fails with; null when it may succeed. Uses up one of its times.</summary>
    public int? TakeOAuth()
    {
        lock (gate)
        {
            if (sheet.OAuth is not { Times: null or > 0 } fault)
            {
                return null;
            }

            sheet = sheet with { OAuth = fault.Times is { } times and > 0 ? fault with { Times = times - 1 } : fault };
            return fault.Errcode;
        }
    }

    private static GatewayFault? Take(IReadOnlyList<GatewayFault>? faults, string? method, out IReadOnlyList<GatewayFault>? rest)
    {
        rest = faults;
        if (faults?.FirstOrDefault(fault => fault.Concerns(method) && fault.Times is null or > 0) is not { } found)
        {
            return null;
        }

        if (found.Times is { } times)
        {
            rest = [.. faults.Select(fault => ReferenceEquals(fault, found) ? fault with { Times = times - 1 } : fault).Where(fault => fault.Times != 0)];
        }

        return found;
    }
}
