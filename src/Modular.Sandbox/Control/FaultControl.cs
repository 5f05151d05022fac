using Modular.Sandbox.Faults;
using Modular.Sandbox.Pages;

namespace Modular.Sandbox.Control;

/// <summary>Switching faults, by JSON and by the form of the control page.</summary>
internal static class FaultControl
{
    public static void MapFaultControl(this WebApplication app)
    {
        app.MapGet("/sandbox/faults", (FaultBoard faults) => ControlModule.Answer(faults.Sheet));
        app.MapPut("/sandbox/faults", async (HttpRequest request, FaultBoard faults) =>
        {
            faults.Sheet = await ControlModule.ReadAsync<FaultSheet>(request) ?? new FaultSheet();
            return ControlModule.Answer(faults.Sheet);
        });
        app.MapDelete("/sandbox/faults", (FaultBoard faults) =>
        {
            faults.Sheet = new FaultSheet();
            return Results.NoContent();
        });
        app.MapPost("/sandbox/faults/form", async (HttpRequest request, FaultBoard faults) =>
        {
            var form = await request.ReadFormAsync();
            faults.Sheet = FaultForm.Apply(form, faults.Sheet);
            return new SeeOther("/#faults");
        });
    }
}
