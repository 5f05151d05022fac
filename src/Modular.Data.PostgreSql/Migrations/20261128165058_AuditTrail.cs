using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Modular.Data.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class AuditTrail : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "unknown_since",
                table: "payments_payments",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "kernel_audit_trail",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    who = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    role = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    what = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    subject = table.Column<string>(type: "character varying(96)", maxLength: 96, nullable: false),
                    detail = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true),
                    outcome = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_kernel_audit_trail", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_kernel_audit_trail_subject",
                table: "kernel_audit_trail",
                column: "subject");

            migrationBuilder.CreateIndex(
                name: "ix_kernel_audit_trail_who",
                table: "kernel_audit_trail",
                column: "who");

            migrationBuilder.Sql("""
                CREATE FUNCTION kernel_audit_trail_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'The audit trail is append-only.';
                END $$;
                CREATE TRIGGER kernel_audit_trail_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kernel_audit_trail
                    FOR EACH STATEMENT EXECUTE FUNCTION kernel_audit_trail_is_append_only();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION kernel_audit_trail_is_append_only() CASCADE;");

            migrationBuilder.DropTable(
                name: "kernel_audit_trail");

            migrationBuilder.DropColumn(
                name: "unknown_since",
                table: "payments_payments");
        }
    }
}
