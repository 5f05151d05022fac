using Microsoft.Extensions.Configuration;
using Modular.Payments.Abstractions;

namespace Modular.Ordering;

/// <summary>Something that is sold. Prices are per unit; for rooms the unit is one night.</summary>
public sealed record Product(string Sku, string NameZh, string NameEn, Money Price, string? DescriptionZh = null, string? DescriptionEn = null)
{
    /// <summary>The name in the language of the current culture.</summary>
    public string Name => IsChinese ? NameZh : NameEn;

    public string? Description => IsChinese ? DescriptionZh : DescriptionEn;

    private static bool IsChinese => System.Globalization.CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "zh";
}

/// <summary>
/// What the shop sells: the products under <c>Modular:Catalogue</c>, or the demo's rooms when nothing is configured there.
/// Immutable and thread-safe.
/// </summary>
public sealed class Catalogue
{
    private static readonly Product[] Demo =
    [
        new("courtyard-room", "庭院客房", "Courtyard Room", Money.Cny(368_00), "推门见竹，一方安静小院。", "A quiet room that opens onto a bamboo courtyard."),
        new("lakeside-studio", "湖畔一居", "Lakeside Studio", Money.Cny(488_00), "整面湖景，清晨可看雾起。", "A studio with the whole lake in its window."),
        new("loft-suite", "阁楼套房", "Loft Suite", Money.Cny(699_00), "木梁斜顶，阁楼里的星空。", "Timber beams, a slanted roof, and the stars above."),
        new("test-fen", "一分钱测试", "One-fen Test", Money.Cny(1), "用一分钱走完整个支付流程。", "Walks through the whole payment for one fen."),
    ];

    private readonly Dictionary<string, Product> bySku;

    public Catalogue(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var configured = configuration.GetSection("Modular:Catalogue").GetChildren().Select(Read).ToArray();
        Products = configured.Length > 0 ? configured : Demo;
        bySku = Products.ToDictionary(product => product.Sku, StringComparer.Ordinal);
    }

    public IReadOnlyList<Product> Products { get; }

    public Product? Find(string? sku) => sku is null ? null : bySku.GetValueOrDefault(sku);

    private static Product Read(IConfigurationSection section)
    {
        var sku = section["Sku"] ?? throw new InvalidOperationException($"{section.Path}:Sku is missing.");
        if (!Money.TryParseDecimal(section["Price"], section["Currency"] ?? "CNY", out var price) || price.Minor <= 0)
        {
            throw new InvalidOperationException($"{section.Path}:Price must be a positive amount with at most two decimals, like 368.00.");
        }

        var nameZh = section["NameZh"] ?? section["Name"] ?? sku;
        return new Product(sku, nameZh, section["NameEn"] ?? nameZh, price, section["DescriptionZh"], section["DescriptionEn"]);
    }
}
