/* A refresh token on disk: whole or as before, of one process at a time, and of one login. */
#include "http_checks.h"

#include "../../plugins/http/auth/vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char key_text[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

static char folder[64];

static int setup(void **state)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/weir-vault-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return http_setup(state);
}

static int teardown(void **state)
{
    char command[96];

    (void)snprintf(command, sizeof(command), "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    return http_teardown(state);
}

static struct http_vault vault_of(struct http_fixture *f, const char *about)
{
    struct http_vault vault = {
        .lock = -1, .path = weir_printf(f->arena, "%s/login", folder), .about = weir_str(about)};

    assert_true(http_seal_key_parse(key_text, &vault.key));
    return vault;
}

static void check_token(struct http_fixture *f, const struct http_vault *vault, const char *token)
{
    struct http_vault_entry entry;

    assert_int_equal(http_vault_read(vault, f->arena, &entry, &f->error), WEIR_OK);
    assert_string_equal(entry.token, token);
}

static void check_damaged(struct http_fixture *f, const struct http_vault *vault)
{
    struct http_vault_entry entry;

    f->error = (struct weir_error){0};
    assert_int_equal(http_vault_read(vault, f->arena, &entry, &f->error), WEIR_FAIL);
    assert_string_equal(f->error.code, "E-AUTH-STORE");
    assert_non_null(strstr(f->error.text, "cannot be opened"));
}

static void keeps_what_it_was_given(void **state)
{
    struct http_fixture *f = *state;
    struct http_vault vault = vault_of(f, "url client");
    struct http_vault_entry entry = {.token = "t0k", .is_renewing = true}, back;
    struct stat info;

    assert_int_equal(http_vault_read(&vault, f->arena, &back, &f->error), WEIR_END);
    http_vault_seed("seed", entry.seed);
    assert_string_equal(
        entry.seed, "19b25856e1c150ca834cffc8b59b23adbd0ec0389e58eb22b3b64768098d002b");
    assert_int_equal(http_vault_write(&vault, &entry, &f->error), WEIR_OK);
    assert_int_equal(http_vault_read(&vault, f->arena, &back, &f->error), WEIR_OK);
    assert_string_equal(back.token, "t0k");
    assert_string_equal(back.seed, entry.seed);
    assert_true(back.is_renewing);
    assert_int_equal(stat(vault.path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    entry = (struct http_vault_entry){.token = ""};
    memcpy(entry.seed, back.seed, sizeof(entry.seed));
    assert_int_equal(http_vault_write(&vault, &entry, &f->error), WEIR_OK);
    check_token(f, &vault, "");
}

static void a_write_that_was_killed_leaves_the_old_one(void **state)
{
    struct http_fixture *f = *state;
    struct http_vault vault = vault_of(f, "url client");
    struct http_vault_entry entry = {.token = "old"};
    FILE *half;

    http_vault_seed("seed", entry.seed);
    assert_int_equal(http_vault_write(&vault, &entry, &f->error), WEIR_OK);
    half = fopen(weir_printf(f->arena, "%s.new", vault.path), "w");
    assert_non_null(half);
    assert_true(fputs("weir refresh", half) >= 0);
    assert_int_equal(fclose(half), 0);
    check_token(f, &vault, "old");
    entry.token = "new";
    assert_int_equal(http_vault_write(&vault, &entry, &f->error), WEIR_OK);
    check_token(f, &vault, "new");
}

static void every_changed_byte_is_noticed(void **state)
{
    struct http_fixture *f = *state;
    struct http_vault vault = vault_of(f, "url client");
    struct http_vault_entry entry = {.token = "t0k"};
    struct stat info;

    http_vault_seed("seed", entry.seed);
    assert_int_equal(http_vault_write(&vault, &entry, &f->error), WEIR_OK);
    assert_int_equal(stat(vault.path, &info), 0);
    for (long at = 0; at < info.st_size; at++) {
        FILE *file = fopen(vault.path, "r+");
        int byte;

        assert_non_null(file);
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        byte = fgetc(file);
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_true(fputc(byte ^ 1, file) >= 0);
        assert_int_equal(fflush(file), 0);
        check_damaged(f, &vault);
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_true(fputc(byte, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
    check_token(f, &vault, "t0k");
    for (long length = info.st_size - 1; length >= 0; length -= 7) {
        assert_int_equal(truncate(vault.path, length), 0);
        check_damaged(f, &vault);
    }
}

static void is_of_one_login_and_one_key(void **state)
{
    struct http_fixture *f = *state;
    struct http_vault vault = vault_of(f, "url client"), other = vault_of(f, "url another");
    struct http_vault_entry entry = {.token = "t0k"};

    http_vault_seed("seed", entry.seed);
    assert_int_equal(http_vault_write(&vault, &entry, &f->error), WEIR_OK);
    check_damaged(f, &other);
    other = vault;
    other.key.bytes[31] ^= 1;
    check_damaged(f, &other);
}

static void one_at_a_time_has_it(void **state)
{
    struct http_fixture *f = *state;
    struct http_vault one = vault_of(f, ""), two = vault_of(f, "");

    assert_int_equal(http_vault_lock(&one, &f->error), WEIR_OK);
    assert_int_equal(http_vault_lock(&two, &f->error), WEIR_AGAIN);
    assert_int_equal(http_vault_lock(&two, &f->error), WEIR_AGAIN);
    http_vault_unlock(&one);
    assert_int_equal(http_vault_lock(&two, &f->error), WEIR_OK);
    http_vault_unlock(&two);
    http_vault_unlock(&two);
    one.path = weir_printf(f->arena, "%s/nowhere/login", folder);
    assert_int_equal(http_vault_lock(&one, &f->error), WEIR_FAIL);
    assert_string_equal(f->error.code, "E-AUTH-STORE");
}

static void reads_keys(void **state)
{
    struct http_seal_key key;

    (void)state;
    assert_true(http_seal_key_parse("c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBieXRlcyE=", &key));
    assert_memory_equal(key.bytes, "sixteen bytes and sixteen bytes!", HTTP_SEAL_KEY);
    assert_true(http_seal_key_parse(key_text, &key));
    assert_int_equal(key.bytes[31], 31);
    assert_false(http_seal_key_parse("", &key));
    assert_false(http_seal_key_parse("password", &key));
    assert_false(http_seal_key_parse("c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBieXRlcw==", &key));
    assert_false(http_seal_key_parse("c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBieXRl!yE=", &key));
    assert_false(http_seal_key_parse(
        "0g0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_what_it_was_given, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_write_that_was_killed_leaves_the_old_one, setup, teardown),
        cmocka_unit_test_setup_teardown(every_changed_byte_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(is_of_one_login_and_one_key, setup, teardown),
        cmocka_unit_test_setup_teardown(one_at_a_time_has_it, setup, teardown),
        cmocka_unit_test(reads_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
