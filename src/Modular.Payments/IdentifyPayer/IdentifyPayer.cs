using MediatR;
using Microsoft.Extensions.Logging;
using Modular.Kernel;
using Modular.Payments.Abstractions;
using Modular.Payments.Providers;

namespace Modular.Payments;

/// <summary>
/// Learns who pays, where a provider must know (WeChat's <c>openid</c>): the browser is sent to the provider and comes back
/// with a code, which is exchanged once. Who the browser is stays between it and <see cref="PayerSession"/>.
/// </summary>
public static partial class IdentifyPayer
{
    /// <summary>Where to send the browser; null when the instance or its scene needs no payer, or cannot ask.</summary>
    internal sealed record Begin(string Instance, string State, Uri Callback) : IRequest<Uri?>;

    /// <summary>Exchanges the code.</summary>
    internal sealed record Command(string Instance, string Code) : IRequest<PayerAnswer>;

    internal sealed class BeginHandler(ProviderCatalogue providers) : RequestHandler<Begin, Uri?>
    {
        protected override Uri? Handle(Begin request) => providers.Find(request.Instance)?.AuthorizeUrl(request.Callback, request.State);
    }

    internal sealed partial class Handler(ProviderCatalogue providers, PaymentsOptions options, ILogger<Handler> log) : IRequestHandler<Command, PayerAnswer>
    {
        // Long enough for every provider's codes, and nothing that a stranger could make us carry around.
        private const int MaxCode = 512;

        public async Task<PayerAnswer> Handle(Command command, CancellationToken cancellationToken)
        {
            if (providers.Find(command.Instance) is not { } provider)
            {
                return new PayerAnswer.Unknown("There is no provider instance of that name.");
            }

            if (command.Code.Length is 0 or > MaxCode)
            {
                return new PayerAnswer.CodeRefused("length", "The browser brought no code that could be one.");
            }

            var answer = await provider.IdentifyPayerAsync(command.Code, options.CallBudget, cancellationToken);
            switch (answer)
            {
                case PayerAnswer.CodeRefused refused:
                    LogCodeRefused(provider.Name, refused.Code, refused.Detail);
                    break;
                case PayerAnswer.Unknown unknown:
                    LogUnknown(provider.Name, unknown.Detail);
                    break;
            }

            return answer is PayerAnswer.Identified { PayerId: not { Length: >= 1 and <= 128 } }
                ? new PayerAnswer.Unknown("The plugin's payer id is empty or longer than 128 characters.")
                : answer;
        }

        [LoggerMessage(Level = LogLevel.Information, Message = "{Instance} refused a payer's code ({Code}): {Detail}")]
        private partial void LogCodeRefused(string instance, string code, string detail);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance} could not identify a payer: {Detail}")]
        private partial void LogUnknown(string instance, string detail);
    }
}

/// <summary>Whether the browser must be sent to the provider before a payment of the scene can start. What nobody knows needs nothing.</summary>
internal sealed record NeedsPayer(string Instance, string Scene) : IRequest<bool>;

internal sealed class NeedsPayerHandler(ProviderCatalogue providers) : RequestHandler<NeedsPayer, bool>
{
    protected override bool Handle(NeedsPayer request) =>
        EnumText<PaymentScene>.TryParse(request.Scene, out var scene) && providers.Find(request.Instance) is { IdentifiesPayers: true } provider && provider.NeedsPayer(scene);
}
