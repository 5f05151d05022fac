using Modular.Web.Audit;
using Modular.Web.Hosting;

namespace Modular.Web;

/// <summary>The program: the shop, or one of its commands.</summary>
internal static class EntryPoint
{
    private static async Task<int> Main(string[] args) => args.FirstOrDefault() switch
    {
        "hash-password" => HashPassword.Run(),
        "diagnose" => Diagnose.Run(args[1..]),
        "audit" => await AuditCommand.RunAsync(args[1..]),
        "check" => await Check.RunAsync(args[1..]),
        "migrate" => await Migrate.RunAsync(args[1..]),
        _ => await RunShopAsync(args),
    };

    private static async Task<int> RunShopAsync(string[] args)
    {
        await using var shop = Shop.Create(args);
        try
        {
            await shop.PrepareAsync();
            await shop.RunAsync();
            return 0;
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"The shop cannot start: {e.Message} Choose another port with --urls or MODULAR_PORT.");
            return 1;
        }
    }
}
