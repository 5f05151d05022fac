using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Modular.Kernel;
using Modular.Kernel.Data;
using Modular.Kernel.Idempotency;
using Modular.Kernel.Outbox;

namespace Modular.Ordering;

/// <summary>
/// Takes an order: prices come from the catalogue, never from the caller, and are frozen with the lines. With an
/// idempotency key the order and the saved answer are one commit, so that a repeated request gets the same order.
/// </summary>
public static class PlaceOrder
{
    public const int MaxLines = 20;
    public const int MaxQuantity = 99;

    public sealed record Line(string? Sku, int Quantity);

    public sealed record Command(IReadOnlyList<Line>? Lines, IdempotencyKey? Key = null) : IRequest<Outcome>;

    public abstract record Outcome
    {
        private Outcome()
        {
        }

        /// <summary>The order was placed.</summary>
        public sealed record Placed(OrderView Order) : Outcome;

        /// <summary>The same request was answered before.</summary>
        public sealed record Repeated(SavedAnswer Answer) : Outcome;

        /// <summary>The key was used for another request.</summary>
        public sealed record KeyReused : Outcome;
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator(Catalogue catalogue)
        {
            RuleFor(command => command.Lines).NotEmpty().WithMessage("An order needs at least one line.")
                .Must(lines => lines is null || lines.Count <= MaxLines).WithMessage($"An order has at most {MaxLines} lines.");
            RuleForEach(command => command.Lines).NotNull().WithErrorCode("invalid_line").WithMessage("A line is an object with a sku and a quantity.").ChildRules(line =>
            {
                line.RuleFor(l => l.Sku).Must(sku => catalogue.Find(sku) is not null).WithErrorCode("unknown_sku").WithMessage("The shop does not sell this sku.");
                line.RuleFor(l => l.Quantity).InclusiveBetween(1, MaxQuantity).WithErrorCode("invalid_quantity").WithMessage($"The quantity is between 1 and {MaxQuantity}.");
            });
        }
    }

    internal sealed class Handler(ModularDbContext db, Catalogue catalogue, OrderingOptions options, TimeProvider time)
        : IRequestHandler<Command, Outcome>
    {
        private const int MaxTries = 3;

        public Task<Outcome> Handle(Command command, CancellationToken cancellationToken) =>
            // A race is lost when the same request arrives twice at once: the other one's answer is there then.
            WriteConflict.RetryAsync(db, MaxTries, () => TakeAsync(command, cancellationToken));

        private async Task<Outcome> TakeAsync(Command command, CancellationToken cancellationToken)
        {
            if (command.Key is { } key && await FindAnswerAsync(key, cancellationToken) is { } earlier)
            {
                return earlier;
            }

            var order = Compose(command.Lines!, time.UtcNow());
            var view = OrderView.Of(order, []);

            db.Add(order);
            db.Add(OutboxWriter.Event("order.placed", new { view.OrderNo, amount = view.Amount }, order.CreatedAt));
            if (command.Key is not null)
            {
                db.Add(OrderApi.Answer(command.Key, view, order.CreatedAt));
            }

            await db.SaveChangesAsync(cancellationToken);
            return new Outcome.Placed(view);
        }

        private async Task<Outcome?> FindAnswerAsync(IdempotencyKey key, CancellationToken cancellationToken) =>
            await db.FindAnswerAsync(key, cancellationToken) switch
            {
                null => null,
                { } answer when answer.RequestHash == key.RequestHash => new Outcome.Repeated(answer),
                _ => new Outcome.KeyReused(),
            };

        private Order Compose(IReadOnlyList<Line> lines, DateTimeOffset now)
        {
            var products = lines.Select(line => catalogue.Find(line.Sku)!).ToArray();
            var amount = 0L;
            for (var index = 0; index < lines.Count; index++)
            {
                amount = checked(amount + (products[index].Price.Minor * lines[index].Quantity));
            }

            var expiresAt = now + options.OrderExpiry;
            return new Order
            {
                OrderNo = Numbers.Next(time),
                Status = OrderStatus.Pending,
                AmountMinor = amount,
                Currency = products[0].Price.Currency,
                Subject = $"预订{products[0].NameZh}订单",
                CreatedAt = now,
                ExpiresAt = expiresAt,
                CloseDueAt = expiresAt,
                Lines = [.. lines.Select((line, index) => new OrderLine
                {
                    Sku = products[index].Sku,
                    NameZh = products[index].NameZh,
                    NameEn = products[index].NameEn,
                    Quantity = line.Quantity,
                    UnitPriceMinor = products[index].Price.Minor,
                })],
            };
        }
    }
}
