using System.Xml.Linq;
using Microsoft.Playwright;
using Modular.Kernel;
using Modular.Testing;
using static Microsoft.Playwright.Assertions;

namespace Modular.Browser.Tests;

public sealed class LanguageTests(Surroundings surroundings)
{
    /// <summary>Every file of Chinese texts, by its path in the repository.</summary>
    public static TheoryData<string> Texts =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf("src"), "*.resx", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".en.resx", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Repository.Root, file)),
    ];

    [Fact]
    public async Task An_English_browser_is_shown_English()
    {
        await using var shopper = await surroundings.VisitAsync("english", Browsers.English);
        await shopper.GoAsync("/");
        await Expect(shopper.Page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await Expect(shopper.Page.Locator("h1")).ToHaveTextAsync("Stay a night, slow down");
        await Expect(shopper.Page.Locator("#rooms [data-sku=lakeside-studio]")).ToContainTextAsync("Lakeside Studio");
        await shopper.ShotAsync("rooms");

        var orderNo = await shopper.OrderAsync("lakeside-studio", nights: 2);
        await Expect(shopper.Page.Locator("#pay")).ToHaveTextAsync("Pay ¥976.00");
        await shopper.ShotAsync("checkout");
        await shopper.ShowCodeAsync();
        await Expect(shopper.Page.Locator("#check-now")).ToHaveTextAsync("I have paid: check now");
        await shopper.ShotAsync("code");
        await shopper.GoAsync($"/orders/{orderNo}");
        await Expect(shopper.Page.Locator("h1")).ToHaveTextAsync("Confirming your payment");
        await shopper.ShotAsync("confirming");
        shopper.SawNoTrouble();
    }

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("fr-FR")]
    public async Task Every_other_browser_is_shown_Chinese(string locale)
    {
        await using var shopper = await surroundings.VisitAsync("chinese", new BrowserNewContextOptions(Browsers.Desktop) { Locale = locale });
        await shopper.GoAsync("/");
        await Expect(shopper.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
        await Expect(shopper.Page.Locator("h1")).ToHaveTextAsync("住一晚，慢一点");
    }

    [Fact]
    public async Task A_chosen_language_is_kept()
    {
        await using var shopper = await surroundings.VisitAsync("choosing", Browsers.Desktop);
        await shopper.GoAsync("/products/test-fen");
        await shopper.Page.Locator(".languages a[hreflang=en]").ClickAsync();
        await shopper.Page.ArrivesAtAsync("**/products/test-fen");
        await Expect(shopper.Page.Locator("#place-order")).ToHaveTextAsync("Place order");
        await shopper.PlaceAsync();
        await Expect(shopper.Page.Locator("html")).ToHaveAttributeAsync("lang", "en");
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Every_text_has_both_languages_and_the_same_places_for_values(string file)
    {
        var chinese = Read(Repository.PathOf(file));
        var english = Read(Repository.PathOf(Path.ChangeExtension(file, ".en.resx")));

        Assert.Equal(chinese.Keys.Order(StringComparer.Ordinal), english.Keys.Order(StringComparer.Ordinal));
        Assert.All(chinese, text => Assert.Equal(Places(text.Value), Places(english[text.Key])));
        Assert.All(english, text => Assert.DoesNotMatch(@"\p{IsCJKUnifiedIdeographs}", text.Value));
    }

    [Fact]
    public void Every_way_in_which_a_webhook_can_fail_has_words()
    {
        var texts = Read(Repository.PathOf("src/Modular.Web/WebText.resx"));
        Assert.All(Enum.GetValues<HttpRequestError>(), error => Assert.Contains($"webhooks.error.{error.ToText()}", texts));
    }

    private static Dictionary<string, string> Read(string path) =>
        XDocument.Load(path).Root!.Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);

    private static IEnumerable<string> Places(string text) =>
        System.Text.RegularExpressions.Regex.Matches(text, @"\{\d\}").Select(place => place.Value).Distinct().Order(StringComparer.Ordinal);
}
