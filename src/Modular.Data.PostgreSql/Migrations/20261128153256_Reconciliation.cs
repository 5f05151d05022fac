using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Modular.Data.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Reconciliation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "billed_on",
                table: "payments_refunds",
                type: "character varying(10)",
                maxLength: 10,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "billed_on",
                table: "payments_payments",
                type: "character varying(10)",
                maxLength: 10,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "payments_differences",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    reconciliation_id = table.Column<long>(type: "bigint", nullable: false),
                    @class = table.Column<string>(name: "class", type: "character varying(32)", maxLength: 32, nullable: false),
                    subject = table.Column<string>(type: "character varying(160)", maxLength: 160, nullable: false),
                    payment_no = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    refund_no = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    provider_trade_no = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    here_minor = table.Column<long>(type: "bigint", nullable: true),
                    here_status = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    here_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    there_minor = table.Column<long>(type: "bigint", nullable: true),
                    there_fee_minor = table.Column<long>(type: "bigint", nullable: true),
                    there_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    there_state = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    remedy = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    note = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    resolved_by = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    found_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    run = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_differences", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "payments_reconciliations",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    day = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    status = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    error = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true),
                    lines = table.Column<long>(type: "bigint", nullable: false),
                    matched = table.Column<long>(type: "bigint", nullable: false),
                    counts = table.Column<string>(type: "text", nullable: false),
                    fees_minor = table.Column<long>(type: "bigint", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    next_try_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    tries = table.Column<int>(type: "integer", nullable: false),
                    run = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_reconciliations", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "payments_statement_lines",
                columns: table => new
                {
                    reconciliation_id = table.Column<long>(type: "bigint", nullable: false),
                    line_no = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    payment_no = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    provider_trade_no = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    refund_no = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    provider_refund_no = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    amount_minor = table.Column<long>(type: "bigint", nullable: false),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    fee_minor = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    is_done = table.Column<bool>(type: "boolean", nullable: false),
                    provider_state = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    result = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_statement_lines", x => new { x.reconciliation_id, x.line_no });
                });

            migrationBuilder.CreateIndex(
                name: "ix_payments_payments_provider_paid_at",
                table: "payments_payments",
                columns: new[] { "provider", "paid_at" },
                filter: "billed_on IS NULL AND received_minor IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_payments_differences_payment_no",
                table: "payments_differences",
                column: "payment_no");

            migrationBuilder.CreateIndex(
                name: "ix_payments_differences_reconciliation_id_class_subject",
                table: "payments_differences",
                columns: new[] { "reconciliation_id", "class", "subject" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_payments_differences_remedy",
                table: "payments_differences",
                column: "remedy",
                filter: "remedy = 'open'");

            migrationBuilder.CreateIndex(
                name: "ix_payments_reconciliations_next_try_at",
                table: "payments_reconciliations",
                column: "next_try_at",
                filter: "next_try_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_payments_reconciliations_provider_day",
                table: "payments_reconciliations",
                columns: new[] { "provider", "day" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_payments_statement_lines_reconciliation_id_payment_no",
                table: "payments_statement_lines",
                columns: new[] { "reconciliation_id", "payment_no" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "payments_differences");

            migrationBuilder.DropTable(
                name: "payments_reconciliations");

            migrationBuilder.DropTable(
                name: "payments_statement_lines");

            migrationBuilder.DropIndex(
                name: "ix_payments_payments_provider_paid_at",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "billed_on",
                table: "payments_refunds");

            migrationBuilder.DropColumn(
                name: "billed_on",
                table: "payments_payments");
        }
    }
}
