using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Modular.Data.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class RefundsThatEnd : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // The lines of a bill live in a temporary table of the connection that compares them.
            migrationBuilder.DropTable(name: "payments_statement_lines");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "sent_at",
                table: "payments_refunds",
                type: "timestamp with time zone",
                nullable: true);

            // What was sent before had the day of its making as the day of its sending.
            migrationBuilder.Sql("UPDATE payments_refunds SET sent_at = created_at WHERE check_count > 0");

            migrationBuilder.CreateIndex(
                name: "ix_payments_refunds_id",
                table: "payments_refunds",
                column: "id",
                filter: "needs_attention");

            migrationBuilder.CreateIndex(
                name: "ix_payments_payments_id",
                table: "payments_payments",
                column: "id",
                filter: "status = 'held'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_payments_refunds_id",
                table: "payments_refunds");

            migrationBuilder.DropIndex(
                name: "ix_payments_payments_id",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "sent_at",
                table: "payments_refunds");
        }
    }
}
