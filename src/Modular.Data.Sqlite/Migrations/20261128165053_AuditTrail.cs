using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Modular.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class AuditTrail : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "unknown_since",
                table: "payments_payments",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "kernel_audit_trail",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    who = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    role = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    what = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    subject = table.Column<string>(type: "TEXT", maxLength: 96, nullable: false),
                    detail = table.Column<string>(type: "TEXT", maxLength: 512, nullable: true),
                    outcome = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
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

            // A later rebuild of this table must make these anew.
            migrationBuilder.Sql("""
                CREATE TRIGGER kernel_audit_trail_no_update BEFORE UPDATE ON kernel_audit_trail
                BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END;
                CREATE TRIGGER kernel_audit_trail_no_delete BEFORE DELETE ON kernel_audit_trail
                BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "kernel_audit_trail");

            migrationBuilder.DropColumn(
                name: "unknown_since",
                table: "payments_payments");
        }
    }
}
