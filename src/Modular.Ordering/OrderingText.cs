namespace Modular.Ordering;

/// <summary>Names the texts of this module's pages: <c>OrderingText.resx</c> is Chinese, <c>OrderingText.en.resx</c> English.</summary>
internal sealed class OrderingText;
