using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Modular.Data.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class InboxCause : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "cause",
                table: "payments_inbox",
                type: "character varying(32)",
                maxLength: 32,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_payments_inbox_cause",
                table: "payments_inbox",
                column: "cause",
                filter: "cause IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_payments_inbox_cause",
                table: "payments_inbox");

            migrationBuilder.DropColumn(
                name: "cause",
                table: "payments_inbox");
        }
    }
}
