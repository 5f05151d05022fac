using Microsoft.EntityFrameworkCore;
using Modular.Kernel.Data;

namespace Modular.Kernel.Idempotency;

/// <summary>
/// The answer given to a request that carried an <c>Idempotency-Key</c>. It is written in the transaction that does what
/// was asked, so that a repeated request either finds the answer or finds that nothing was done.
/// </summary>
public sealed class SavedAnswer
{
    /// <summary>Who asked for what: the caller's name and the route, so that callers do not see each other's answers.</summary>
    public required string Scope { get; init; }

    public required string Key { get; init; }

    /// <summary>SHA-256 of the request's body, in hexadecimal.</summary>
    public required string RequestHash { get; init; }

    public required int StatusCode { get; init; }

    public required string Body { get; init; }

    public required string Location { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Finds saved answers.</summary>
public static class SavedAnswers
{
    /// <summary>The answer that was given under the key, whatever the request was; null when there is none.</summary>
    public static Task<SavedAnswer?> FindAnswerAsync(this ModularDbContext db, IdempotencyKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(key);
        return db.Set<SavedAnswer>().AsNoTracking().SingleOrDefaultAsync(answer => answer.Scope == key.Scope && answer.Key == key.Key, cancellationToken);
    }
}

internal sealed class IdempotencyModel : IModelPart
{
    public void Configure(ModelBuilder model) => model.Entity<SavedAnswer>(answer =>
    {
        answer.ToTable("kernel_saved_answers");
        answer.HasKey(a => new { a.Scope, a.Key });
        answer.Property(a => a.Scope).HasMaxLength(128);
        answer.Property(a => a.Key).HasMaxLength(255);
        answer.Property(a => a.RequestHash).HasMaxLength(64);
        answer.Property(a => a.Location).HasMaxLength(256);
        answer.HasIndex(a => a.CreatedAt);
    });
}
