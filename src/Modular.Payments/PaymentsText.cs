namespace Modular.Payments;

/// <summary>Names the texts of this module's pages: <c>PaymentsText.resx</c> is Chinese, <c>PaymentsText.en.resx</c> English.</summary>
internal sealed class PaymentsText;
