using System.Security.Cryptography;

namespace Modular.Payments.Abstractions.Statements;

/// <summary>Makes the temporary file in which a downloaded bill lies until it is read.</summary>
public static class StatementFile
{
    /// <summary>A new, empty file that only this user can read or write. It is deleted when the stream is closed.</summary>
    /// <param name="extension">What the file's name ends with, for example <c>.zip</c>.</param>
    /// <exception cref="IOException">The temporary folder cannot be written.</exception>
    public static FileStream Create(string extension)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path.Combine(Path.GetTempPath(), $"modular-bill-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}{extension}"), options);
    }
}
