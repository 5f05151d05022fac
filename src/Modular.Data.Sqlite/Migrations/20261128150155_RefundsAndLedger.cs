using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Modular.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class RefundsAndLedger : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_payments_payments_order_no1",
                table: "payments_payments");

            migrationBuilder.AddColumn<bool>(
                name: "is_kept",
                table: "payments_payments",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "received_minor",
                table: "payments_payments",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "refund_reserved_minor",
                table: "payments_payments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "refunded_minor",
                table: "payments_payments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "payments_ledger",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    booked_at = table.Column<long>(type: "INTEGER", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    reference = table.Column<string>(type: "TEXT", maxLength: 96, nullable: false),
                    debit = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    credit = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    payment_no = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_ledger", x => x.id);
                    table.CheckConstraint("ck_payments_ledger_amount", "amount_minor > 0");
                    table.CheckConstraint("ck_payments_ledger_sides", "debit <> credit");
                });

            migrationBuilder.CreateTable(
                name: "payments_refunds",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    refund_no = table.Column<string>(type: "TEXT", maxLength: 26, nullable: false),
                    payment_no = table.Column<string>(type: "TEXT", maxLength: 26, nullable: false),
                    order_no = table.Column<string>(type: "TEXT", maxLength: 26, nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    origin = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    requested_by = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    approved_by = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    status = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    needs_attention = table.Column<bool>(type: "INTEGER", nullable: false),
                    status_reason = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    status_detail = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    provider_refund_no = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    provider_state = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    refunded_at = table.Column<long>(type: "INTEGER", nullable: true),
                    next_check_at = table.Column<long>(type: "INTEGER", nullable: true),
                    check_count = table.Column<int>(type: "INTEGER", nullable: false),
                    last_checked_at = table.Column<long>(type: "INTEGER", nullable: true),
                    version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_refunds", x => x.id);
                    table.CheckConstraint("ck_payments_refunds_amount", "amount_minor > 0");
                });

            // Money that came before: it was the order's where the payment succeeded; of what is held only a second payment has a known sum.
            migrationBuilder.Sql("""
                UPDATE payments_payments SET received_minor = amount_minor, is_kept = true WHERE status = 'succeeded';
                UPDATE payments_payments SET received_minor = amount_minor WHERE status = 'held' AND status_reason = 'paid_twice';
                INSERT INTO payments_ledger (booked_at, provider, kind, reference, debit, credit, amount_minor, currency, payment_no)
                SELECT settled_at, provider, CASE WHEN is_kept THEN 'payment' ELSE 'held' END, payment_no, 'clearing',
                       CASE WHEN is_kept THEN 'sales' ELSE 'suspense' END, received_minor, currency, payment_no
                FROM payments_payments WHERE received_minor IS NOT NULL;
                """);

            migrationBuilder.CreateIndex(
                name: "ix_payments_payments_order_no1",
                table: "payments_payments",
                column: "order_no",
                unique: true,
                filter: "is_kept");

            migrationBuilder.AddCheckConstraint(
                name: "ck_payments_payments_refunds",
                table: "payments_payments",
                sql: "refund_reserved_minor >= 0 AND refunded_minor >= 0 AND refund_reserved_minor + refunded_minor <= COALESCE(received_minor, 0)");

            migrationBuilder.CreateIndex(
                name: "ix_payments_ledger_payment_no",
                table: "payments_ledger",
                column: "payment_no");

            migrationBuilder.CreateIndex(
                name: "ix_payments_ledger_provider_kind_reference",
                table: "payments_ledger",
                columns: new[] { "provider", "kind", "reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_payments_refunds_next_check_at",
                table: "payments_refunds",
                column: "next_check_at",
                filter: "next_check_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_payments_refunds_payment_no",
                table: "payments_refunds",
                column: "payment_no");

            migrationBuilder.CreateIndex(
                name: "ix_payments_refunds_provider_provider_refund_no",
                table: "payments_refunds",
                columns: new[] { "provider", "provider_refund_no" });

            migrationBuilder.CreateIndex(
                name: "ix_payments_refunds_refund_no",
                table: "payments_refunds",
                column: "refund_no",
                unique: true);

            // A later rebuild of this table must make these anew.
            migrationBuilder.Sql("""
                CREATE TRIGGER payments_ledger_no_update BEFORE UPDATE ON payments_ledger
                BEGIN SELECT RAISE(ABORT, 'The ledger is append-only: book a movement back instead of changing one.'); END;
                CREATE TRIGGER payments_ledger_no_delete BEFORE DELETE ON payments_ledger
                BEGIN SELECT RAISE(ABORT, 'The ledger is append-only: book a movement back instead of changing one.'); END;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "payments_ledger");

            migrationBuilder.DropTable(
                name: "payments_refunds");

            migrationBuilder.DropIndex(
                name: "ix_payments_payments_order_no1",
                table: "payments_payments");

            migrationBuilder.DropCheckConstraint(
                name: "ck_payments_payments_refunds",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "is_kept",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "received_minor",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "refund_reserved_minor",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "refunded_minor",
                table: "payments_payments");

            migrationBuilder.CreateIndex(
                name: "ix_payments_payments_order_no1",
                table: "payments_payments",
                column: "order_no",
                unique: true,
                filter: "status IN ('succeeded', 'partially_refunded')");
        }
    }
}
