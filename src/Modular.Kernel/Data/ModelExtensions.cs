using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Modular.Kernel.Data;

/// <summary>Shorthands for entity configurations.</summary>
public static class ModelExtensions
{
    /// <summary>Stores an enum as its <see cref="EnumText{T}"/>.</summary>
    public static PropertyBuilder<T> AsText<T>(this PropertyBuilder<T> property)
        where T : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(property);
        return property.HasConversion(value => EnumText<T>.Of(value), text => EnumText<T>.Parse(text)).HasMaxLength(32);
    }
}
