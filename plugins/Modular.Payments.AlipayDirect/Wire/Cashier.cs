using Modular.Payments.Abstractions;

namespace Modular.Payments.AlipayDirect.Wire;

/// <summary>Leads a browser to one of the gateway's pages: the shopper's to the cashier, an operator's to where a refund is confirmed.</summary>
internal sealed class Cashier(AlipayDirectSettings settings)
{
    // Internet Explorer, in whose time this gateway was made, cuts at 2083 characters, and some proxies not far above.
    private const int MaxAddressLength = 2000;

    private readonly Uri formAddress = Parameters.FormAddress(settings);

    public PaymentAction Open(string service, IEnumerable<(string Name, string? Value)> fields)
    {
        var parameters = Parameters.Sign(service, fields, settings);
        if (settings.Redirect)
        {
            var address = $"{settings.Gateway.AbsoluteUri}?{parameters.Encode(parameters.All)}";
            if (address.Length <= MaxAddressLength)
            {
                // Compared and kept as it is written: the bytes behind the percent signs need not be UTF-8.
                return new PaymentAction.Redirect(new Uri(address));
            }
        }

        return new PaymentAction.Form(formAddress, parameters.FormFields, parameters.Charset.Name);
    }
}
