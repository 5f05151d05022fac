using Microsoft.AspNetCore.Identity;

namespace Modular.Web.Hosting;

/// <summary><c>hash-password</c>: reads a password from standard input and prints what belongs into <c>Modular:Ops:Users:n:PasswordHash</c>.</summary>
internal static class HashPassword
{
    public static int Run()
    {
        var password = Console.In.ReadLine();
        if (string.IsNullOrEmpty(password) || password.Length < 12)
        {
            Console.Error.WriteLine("Write the password, at least 12 characters, to standard input: echo \"$PASSWORD\" | dotnet Modular.Web.dll hash-password");
            return 1;
        }

        Console.WriteLine(new PasswordHasher<object>().HashPassword(new object(), password));
        return 0;
    }
}

/// <summary><c>migrate</c>: brings the configured database to this program's schema and ends.</summary>
internal static class Migrate
{
    public static async Task<int> RunAsync(string[] args)
    {
        await using var shop = Shop.Create(args);
        await shop.Services.GetRequiredService<Store>().MigrateAsync(shop.Services, CancellationToken.None);
        Console.WriteLine("The database's schema is current.");
        return 0;
    }
}
