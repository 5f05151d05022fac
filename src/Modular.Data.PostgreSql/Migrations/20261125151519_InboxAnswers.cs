using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Modular.Data.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class InboxAnswers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "answer_status",
                table: "payments_inbox",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "duration_ms",
                table: "payments_inbox",
                type: "integer",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "answer_status",
                table: "payments_inbox");

            migrationBuilder.DropColumn(
                name: "duration_ms",
                table: "payments_inbox");
        }
    }
}
