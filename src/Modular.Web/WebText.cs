namespace Modular.Web;

/// <summary>Names the texts of the layout and of the operations pages: <c>WebText.resx</c> is Chinese, <c>WebText.en.resx</c> English.</summary>
internal sealed class WebText;
