using Modular.Testing.Hosting;

namespace Modular.Tests.Support;

/// <summary>Has PostgreSQL refuse changes of a table, as it does when somebody else was faster or when a row cannot be stored at all.</summary>
internal static class LostRaces
{
    /// <summary>The next so many changes of the table's rows end with the SQL state, and their transactions with them.</summary>
    /// <param name="shop">A shop on PostgreSQL.</param>
    /// <param name="table">The table.</param>
    /// <param name="change"><c>INSERT</c>, <c>UPDATE</c>, or <c>UPDATE OF column</c>.</param>
    /// <param name="sqlState">What PostgreSQL says.</param>
    /// <param name="times">How often; a sequence counts, because no rollback winds it back.</param>
    /// <param name="when">Which rows alone, as a condition on <c>NEW</c>.</param>
    public static Task RefuseAsync(this TestShop shop, string table, string change, string sqlState, int times = int.MaxValue, string when = "true") => shop.ScalarAsync(
        $"""
        DROP FUNCTION IF EXISTS refuse();
        DROP SEQUENCE IF EXISTS refusals;
        CREATE SEQUENCE refusals;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('refusals') <= {times} THEN RAISE EXCEPTION 'refused by the test' USING ERRCODE = '{sqlState}'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refused BEFORE {change} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse();
        """);

    /// <summary>Ends the refusals of a table and returns how often its changes were tried in the meantime.</summary>
    public static async Task<long> AllowAsync(this TestShop shop, string table)
    {
        await shop.ScalarAsync($"DROP TRIGGER refused ON {table}");
        return long.Parse((await shop.ScalarAsync("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM refusals"))!, System.Globalization.CultureInfo.InvariantCulture);
    }
}
