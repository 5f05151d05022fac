using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Messages;
using Modular.Kernel.Telemetry;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// Starts paying an order. At most one attempt per order is open: an earlier one is asked first, and then settled, reused
/// or ended. The attempt's row is committed before its provider hears of it, so that no notification can come too early.
/// </summary>
public static class StartPayment
{
    public sealed record Command(string OrderNo, string? Provider, string? Scene, string? ClientIp = null, string? PayerId = null) : IRequest<Outcome>;

    public abstract record Outcome
    {
        private Outcome()
        {
        }

        /// <summary>The shopper can pay. <paramref name="Reused"/>: the attempt was open already.</summary>
        public sealed record Started(string OrderNo, PaymentView Payment, PaymentAction Action, bool Reused) : Outcome;

        public sealed record OrderNotFound : Outcome;

        public sealed record OrderPaid : Outcome;

        public sealed record OrderClosed : Outcome;

        /// <summary>Money came for the order that a person must decide about first.</summary>
        public sealed record OrderHeld : Outcome;

        /// <summary>A provider's answer is unknown; trying again is safe.</summary>
        public sealed record ProviderUnknown(string? PaymentNo, string Detail) : Outcome;

        /// <summary>The instance is out of service.</summary>
        public sealed record ProviderUnavailable(string Detail) : Outcome;

        /// <summary>The provider will not take this payment.</summary>
        public sealed record ProviderRejected(string Code, string Detail) : Outcome;
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator(ProviderCatalogue providers)
        {
            RuleFor(command => command.Provider).Must(name => providers.Find(name) is not null)
                .WithErrorCode("unknown_provider").WithMessage("There is no provider instance of that name.");
            RuleFor(command => command.Scene).Must(scene => EnumText<PaymentScene>.TryParse(scene, out _))
                .WithErrorCode("unknown_scene").WithMessage("The scene is one of pc, mobile, qr, wechat and app.");
            RuleFor(command => command.Scene)
                .Must((command, scene) => !EnumText<PaymentScene>.TryParse(scene, out var value) || providers.Find(command.Provider) is not { InService: true } provider || provider.Scenes.Contains(value))
                .WithErrorCode("unsupported_scene").WithMessage("This provider does not serve the scene.");
            RuleFor(command => command.ClientIp).Must(ip => ip is null || System.Net.IPAddress.TryParse(ip, out _))
                .WithErrorCode("invalid_client_ip").WithMessage("clientIp is no IP address.");
            RuleFor(command => command.PayerId).MaximumLength(128);
            RuleFor(command => command.PayerId)
                .Must((command, payerId) => payerId is { Length: > 0 } || !EnumText<PaymentScene>.TryParse(command.Scene, out var scene) || providers.Find(command.Provider)?.NeedsPayer(scene) != true)
                .WithErrorCode("open_id_required").WithMessage("This scene needs openId, the payer's id at the provider.");
        }
    }

    internal sealed class Handler(
        ModularDbContext db, IMediator mediator, ProviderCatalogue providers, ProviderInquiry inquiry, AttemptEnder ender,
        PaymentStarter starter, PaymentsOptions options, ShopMeter meter, TimeProvider time) : IRequestHandler<Command, Outcome>
    {
        // Each round either answers or has ended an attempt or lost a race; more rounds mean that something is wrong.
        private const int MaxRounds = 4;

        public async Task<Outcome> Handle(Command command, CancellationToken cancellationToken)
        {
            var provider = providers.Find(command.Provider)!;
            var scene = EnumText<PaymentScene>.Parse(command.Scene!);
            for (var round = 0; round < MaxRounds; round++)
            {
                var order = await mediator.Send(new FindPayable(command.OrderNo), cancellationToken);
                if (order is not { State: PayableState.Open })
                {
                    return order switch
                    {
                        null => new Outcome.OrderNotFound(),
                        { State: PayableState.Paid } => new Outcome.OrderPaid(),
                        _ => new Outcome.OrderClosed(),
                    };
                }

                if (!provider.InService)
                {
                    return new Outcome.ProviderUnavailable(provider.Problem!);
                }

                var earlier = await EarlierAsync(order.OrderNo, cancellationToken);
                if (earlier is { Status: PaymentStatus.Held })
                {
                    return new Outcome.OrderHeld();
                }

                if (earlier is null)
                {
                    if (await CommitAttemptAsync(Attempt(order, provider, scene, command), cancellationToken) is { } attempt)
                    {
                        return await BeginAsync(attempt, provider, command.PayerId, reused: false, cancellationToken);
                    }
                }
                else if (earlier.Provider == provider.Name && earlier.Scene == scene && PayerTag.Fits(earlier.PayerTag, command.PayerId))
                {
                    if (await ReuseAsync(earlier, provider, command.PayerId, cancellationToken) is { } outcome)
                    {
                        return outcome;
                    }
                }
                else if (await EndAsync(earlier, cancellationToken) is { } outcome)
                {
                    return outcome;
                }
            }

            return new Outcome.ProviderUnknown(null, "The order's payments change faster than they can be read; try again.");
        }

        /// <summary>The order's open attempt, or one that is held; null when a new one may be made.</summary>
        private Task<Payment?> EarlierAsync(string orderNo, CancellationToken cancellationToken) =>
            db.Set<Payment>().AsNoTracking()
                .Where(payment => payment.OrderNo == orderNo && (payment.Status == PaymentStatus.Pending || payment.Status == PaymentStatus.Held))
                .OrderByDescending(payment => payment.Status == PaymentStatus.Held)
                .FirstOrDefaultAsync(cancellationToken);

        private Payment Attempt(Payable order, ProviderInstance provider, PaymentScene scene, Command command)
        {
            var now = time.UtcNow();
            return new Payment
            {
                PaymentNo = Numbers.Next(time),
                OrderNo = order.OrderNo,
                Provider = provider.Name,
                Scene = scene,
                Status = PaymentStatus.Pending,
                AmountMinor = order.Amount.Minor,
                Currency = order.Amount.Currency,
                Subject = order.Subject,
                ClientIp = command.ClientIp,
                PayerTag = provider.NeedsPayer(scene) ? PayerTag.Of(command.PayerId!) : null,
                CreatedAt = now,
                ExpiresAt = order.ExpiresAt,
                NextCheckAt = now + options.WaitAfter(0),
            };
        }

        /// <summary>Stores the attempt; null when another request stored one for the order first.</summary>
        private async Task<Payment?> CommitAttemptAsync(Payment attempt, CancellationToken cancellationToken)
        {
            try
            {
                db.Add(attempt);
                await db.SaveChangesAsync(cancellationToken);
                return attempt;
            }
            catch (Exception e) when (WriteConflict.Is(e))
            {
                return null;
            }
            finally
            {
                db.ChangeTracker.Clear();
            }
        }

        private async Task<Outcome?> ReuseAsync(Payment earlier, ProviderInstance provider, string? payerId, CancellationToken cancellationToken)
        {
            // A second click on the same method must not wait long: whatever the answer, the same number is safe.
            var asked = await inquiry.AskAsync(earlier, ReportSource.Poll, options.ReturnBudget, cancellationToken);
            return asked.Result switch
            {
                InquiryResult.Paid => new Outcome.OrderPaid(),
                InquiryResult.Held => new Outcome.OrderHeld(),
                InquiryResult.Closed => null,
                _ => await BeginAsync(earlier, provider, payerId, reused: true, cancellationToken),
            };
        }

        private async Task<Outcome?> EndAsync(Payment earlier, CancellationToken cancellationToken)
        {
            var (end, detail) = await ender.EndAsync(earlier, cancellationToken);
            return end switch
            {
                AttemptEnd.Paid => new Outcome.OrderPaid(),
                AttemptEnd.Held => new Outcome.OrderHeld(),
                AttemptEnd.Unknown => new Outcome.ProviderUnknown(earlier.PaymentNo, $"The earlier payment could not be ended: {detail}"),
                _ => null,
            };
        }

        private async Task<Outcome> BeginAsync(Payment payment, ProviderInstance provider, string? payerId, bool reused, CancellationToken cancellationToken)
        {
            var said = await starter.StartAsync(payment, provider, payerId, cancellationToken);
            meter.PaymentStarted(provider.Name, payment.Scene.ToText(), ProviderInstance.NameOf(said));
            switch (said)
            {
                case StartAnswer.Started started:
                    return new Outcome.Started(payment.OrderNo, payment.View, started.Action, reused);
                case StartAnswer.AlreadyPaid:
                    var asked = await inquiry.AskAsync(payment, ReportSource.Poll, options.CallBudget, cancellationToken);
                    return asked.Result switch
                    {
                        InquiryResult.Paid => new Outcome.OrderPaid(),
                        InquiryResult.Held => new Outcome.OrderHeld(),
                        _ => new Outcome.ProviderUnknown(payment.PaymentNo, "The provider calls it paid and does not confirm it."),
                    };
                case StartAnswer.Rejected rejected:
                    // Refused at the first call, so the provider never had it; refused later, an earlier call may have been taken.
                    if (!reused)
                    {
                        await inquiry.ReportClosedAsync(payment, "rejected", cancellationToken);
                    }

                    return new Outcome.ProviderRejected(rejected.Code, rejected.Detail);
                case var answer:
                    return new Outcome.ProviderUnknown(payment.PaymentNo, (answer as StartAnswer.Unknown)?.Detail ?? "The plugin returned nothing.");
            }
        }
    }
}
