using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Modular.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class PayerTag : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "payer_tag",
                table: "payments_payments",
                type: "TEXT",
                maxLength: 16,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "payer_tag",
                table: "payments_payments");
        }
    }
}
