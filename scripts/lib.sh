# What the scripts share: saying what they do, installing what they need.
# Sourced, not run.

say() {
    printf '\n==> %s\n' "$*"
}

run() {
    printf '    %s\n' "$*"
    "$@"
}

# As root, directly; else through sudo, which then asks for the password.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        run env "$@"
    else
        run sudo env "$@"
    fi
}

missing_packages() {
    for package in "$@"; do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$status" = installed ] || printf '%s ' "$package"
    done
}

# Installs the Debian packages that are not there yet.
install_packages() {
    missing=$(missing_packages "$@")
    if [ -z "$missing" ]; then
        echo "    all there"
        return
    fi
    as_root DEBIAN_FRONTEND=noninteractive apt-get update -q
    # shellcheck disable=SC2086
    as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}

# What building needs ...
build_packages="build-essential cmake ninja-build ccache pkg-config libuv1-dev libcurl4-openssl-dev
    libsqlite3-dev libpq-dev libjansson-dev libyaml-dev libsimdjson-dev libexpat1-dev libssl-dev zlib1g-dev
    libbrotli-dev libzstd-dev libpcre2-dev ca-certificates"
# ... and, besides, what the tests need.
test_packages="libcmocka-dev openssl pgbouncer postgresql-15 python3 python3-h2 sqlite3"
# ... and what fuzzing needs besides those.
fuzz_packages="clang libclang-rt-dev"

# build PRESET [FLAG...]: configures, with these flags for cmake besides, and builds.
build() {
    preset=$1
    shift
    # shellcheck disable=SC2086
    run cmake --preset "$preset" "$@" ${WEIR_CMAKE_FLAGS:-}
    run cmake --build --preset "$preset" --parallel
}
