using Microsoft.Extensions.Options;
using Modular.Sandbox.Faults;
using Modular.Sandbox.WeChat.Notifications;

namespace Modular.Sandbox.WeChat;

/// <summary>
/// What can happen to a trade, and who is told. Works on trades whose book is locked; a refused step throws
/// <see cref="WeChatRefusal"/> and changes nothing.
/// </summary>
internal sealed class WeChatDesk(IOptions<SandboxOptions> options, WeChatAnnouncer announcer, FaultBoard faults, TimeProvider time)
{
    private readonly WeChatOptions settings = options.Value.WeChat;
    private readonly TimeSpan prepayLifetime = Durations.Parse(options.Value.WeChat.PrepayLifetime);
    private readonly TimeSpan codeLifetime = Durations.Parse(options.Value.WeChat.CodeUrlLifetime);
    private readonly TimeSpan h5Lifetime = Durations.Parse(options.Value.WeChat.H5Lifetime);
    private readonly TimeSpan defaultExpiry = Durations.Parse(options.Value.WeChat.DefaultExpiry);
    private readonly TimeSpan shortestExpiry = Durations.Parse(options.Value.WeChat.ShortestExpiry);
    private readonly TimeSpan longestExpiry = Durations.Parse(options.Value.WeChat.LongestExpiry);
    private readonly PriorityQueue<WeChatTrade, DateTimeOffset> deadlines = new();

    /// <summary>
    /// An order call. A number that is known and unpaid gets a new session if everything agrees, and a code that was given out
    /// before is dead from then on; the first order's end stays.
    /// </summary>
    public (WeChatTrade Trade, PrepaySession Session) Place(WeChatLedger ledger, WeChatTrade order)
    {
        var known = ledger.ByNumber(order.MchId, order.OutTradeNo);
        if (known is null)
        {
            order.ExpiresAt = EndOf(order);
            ledger.Add(order);
            Watch(order);
            known = order;
        }
        else
        {
            CheckAgain(known, order);
        }

        foreach (var older in known.Sessions.Where(session => session.Kind == PrepaySession.Code))
        {
            older.IsDead = true;
        }

        var session = NewSession(known.Product);
        ledger.Add(known, session);
        return (known, session);
    }

    /// <summary>Somebody looks at the order in WeChat. From then on it is theirs: nobody else can pay it.</summary>
    public static void Open(WeChatTrade trade, string openId)
    {
        CheckPayer(trade, openId);
        trade.OpenedBy = openId;
    }

    /// <summary>Null when the payer may see and pay the order, else what is said at the door.</summary>
    public WeChatRefusal? WhyNotPayable(WeChatTrade trade) => trade switch
    {
        { IsPaid: true } => WeChatRefusal.Paid(settings.PaidCode),
        { State: TradeState.Closed } when faults.Trade(trade.OutTradeNo).PayAfterClose != true || trade.PaidAt is not null => WeChatRefusal.Closed(),
        _ => null,
    };

    /// <summary>Pays. <paramref name="force"/> lets money arrive although the order is closed or expired, as does a fault.</summary>
    /// <param name="openId">Who pays; null: whoever the order is for.</param>
    /// <param name="fen">What is paid; null: what a fault says, or the total.</param>
    public void Pay(WeChatTrade trade, string? openId = null, bool force = false, long? fen = null)
    {
        // Money that was given back cannot come twice, not even by a fault: the refunds would belong to the wrong payment.
        if (WhyNotPayable(trade) is { } refusal && (trade.PaidAt is not null || !force))
        {
            throw refusal;
        }

        Open(trade, openId ?? WhoPays(trade));
        trade.PayerOpenId = trade.OpenedBy;
        trade.PaidAt = time.GetUtcNow();
        trade.PaidFen = fen ?? Yuan.Parse(faults.Trade(trade.OutTradeNo).PayAmount) ?? trade.TotalFen;
        trade.ClosedAt = null;
        trade.State = TradeState.Success;
        announcer.Announce(trade);
    }

    /// <summary>Closes an unpaid order; closing a closed one changes nothing.</summary>
    public void Close(WeChatTrade trade)
    {
        if (trade.IsPaid)
        {
            throw WeChatRefusal.Paid(settings.PaidCode);
        }

        if (trade.State == TradeState.NotPay)
        {
            trade.ClosedAt = time.GetUtcNow();
            trade.State = TradeState.Closed;
        }
    }

    /// <summary>Whether queries shall not know of the payment yet, which is a fault.</summary>
    public bool IsLagging(WeChatTrade trade) =>
        trade.PaidAt is { } paid
        && faults.Trade(trade.OutTradeNo).QueryLagSeconds is { } lag
        && time.GetUtcNow() < paid + TimeSpan.FromSeconds(lag);

    public void Watch(WeChatTrade trade)
    {
        if (trade is { State: TradeState.NotPay, ExpiresAt: { } end })
        {
            deadlines.Enqueue(trade, end);
        }
    }

    public void DoWhatIsDue()
    {
        while (deadlines.TryPeek(out var trade, out var due) && due <= time.GetUtcNow())
        {
            deadlines.Dequeue();
            if (trade.State == TradeState.NotPay)
            {
                Close(trade);
            }
        }
    }

    public void Forget() => deadlines.Clear();

    private void CheckAgain(WeChatTrade known, WeChatTrade order)
    {
        if (known.IsPaid)
        {
            throw WeChatRefusal.Paid(settings.PaidCode);
        }

        if (known.State == TradeState.Closed)
        {
            throw WeChatRefusal.Closed();
        }

        if (known.Api != order.Api || known.Product != order.Product || known.Terms != order.Terms)
        {
            throw WeChatRefusal.Reused(settings.ReorderCode);
        }
    }

    private static void CheckPayer(WeChatTrade trade, string openId)
    {
        if ((trade.OpenId.Length > 0 && trade.OpenId != openId) || (trade.OpenedBy.Length > 0 && trade.OpenedBy != openId))
        {
            throw WeChatRefusal.OtherPayer();
        }
    }

    private static string WhoPays(WeChatTrade trade) => trade switch
    {
        { OpenedBy.Length: > 0 } => trade.OpenedBy,
        { OpenId.Length: > 0 } => trade.OpenId,
        // Somebody: 28 characters, as an openid has.
        _ => "o" + Digits.Token(27),
    };

    private DateTimeOffset EndOf(WeChatTrade order)
    {
        var wanted = (order.ExpiresAt ?? order.CreatedAt + defaultExpiry) - order.CreatedAt;
        return order.CreatedAt + TimeSpan.FromTicks(Math.Clamp(wanted.Ticks, shortestExpiry.Ticks, longestExpiry.Ticks));
    }

    private PrepaySession NewSession(string product)
    {
        var now = time.GetUtcNow();
        var (kind, token, lifetime) = product switch
        {
            WeChatProduct.Native => (PrepaySession.Code, Digits.Token(10), codeLifetime),
            WeChatProduct.H5 => (PrepaySession.H5, Digits.Random(12), h5Lifetime),
            _ => (PrepaySession.Prepay, Digits.Token(), prepayLifetime),
        };
        return new PrepaySession
        {
            Kind = kind,
            PrepayId = "wx" + Beijing.Compact(now, "ddHHmmss") + Digits.Token() + "00",
            Token = token,
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        };
    }
}
