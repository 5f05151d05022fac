# A private PostgreSQL for the time of one command. Sourced after common.sh, not run.

install() {
    echo "Installing: $*"
    if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
        fail "Missing here: $*. Install it with this system's package manager and run this again."
    fi
    export DEBIAN_FRONTEND=noninteractive
    [ -n "${apt_updated:-}" ] || { apt-get update -qq; apt_updated=1; }
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

newest_postgresql() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

as_postgres() {
    # initdb refuses root.
    if [ "$(id -u)" -eq 0 ]; then (cd / && setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"); else "$@"; fi
}

pg_dir=
stop_postgresql() {
    [ -n "$pg_dir" ] || return 0
    as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -m immediate -s stop >/dev/null 2>&1 || true
    rm -rf "$pg_dir"
    pg_dir=
}

# start_postgresql OPTION…: starts the server and exports MODULAR_TEST_PG; it is stopped when the script ends.
start_postgresql() {
    [ -x "$(newest_postgresql)/initdb" ] || install postgresql
    pg_bin=$(newest_postgresql)
    # Short, because the path of a socket may have about a hundred bytes.
    pg_dir=$(mktemp -d /tmp/modular-pg.XXXXXX)
    trap stop_postgresql EXIT
    mkdir "$pg_dir/data"
    [ "$(id -u)" -ne 0 ] || chown nobody:nogroup "$pg_dir" "$pg_dir/data"
    as_postgres "$pg_bin/initdb" -D "$pg_dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    local port try
    for try in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        port_is_taken "$port" && continue
        if as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -w -s -l "$pg_dir/log" \
            -o "-p $port -k $pg_dir -c listen_addresses=127.0.0.1 -c max_connections=500 $*" start; then
            export MODULAR_TEST_PG="Host=127.0.0.1;Port=$port;Username=postgres"
            return 0
        fi
    done
    cat "$pg_dir/log" >&2
    fail "The private PostgreSQL did not start."
}
