using System.Text.Json.Nodes;
using Modular.Sandbox.Alipay.Gateway;

namespace Modular.Sandbox.Alipay.Methods;

/// <summary>One method of the gateway that answers with JSON. Runs while the trades are locked.</summary>
internal interface IApiMethod
{
    string Name { get; }

    /// <summary>Does what is asked and adds to the node of success, or throws a <see cref="Refusal"/>.</summary>
    void Answer(GatewayCall call, Ledger ledger, JsonObject node);

    /// <summary>What this method adds to a refusal.</summary>
    void Explain(GatewayCall call, Refusal refusal, JsonObject node)
    {
    }
}
