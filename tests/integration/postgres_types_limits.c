/* The largest and the finest numbers: what is taken can be stored, to the last digit. */
#include "postgres_values.h"

/* A number as long as there is one, or with one digit too many. */
static struct weir_value long_number(char *room, size_t n_digits, const char *end)
{
    memset(room, '7', n_digits);
    memcpy(room + n_digits, end, strlen(end) + 1);
    return weir_text(WEIR_DECIMAL, weir_str(room));
}

static void check_number(struct weir_value value, bool is_taken)
{
    const char *why;
    struct type type;

    make_table("t", "numeric");
    type = read_type("t");
    assert_int_equal(type_takes_value(&type, &value, &why), is_taken);
    for (int binary = 0; is_taken && binary < 2; binary++) {
        char sql[64];

        if (!copy_rows("t", &type, &value, 1, binary))
            fail_msg("%s", server_said);
        (void)snprintf(sql, sizeof(sql), "CREATE TEMP TABLE was_%d AS TABLE t", binary);
        run_sql(sql);
        run_sql("TRUNCATE pg_temp.t");
    }
    if (is_taken) {
        run_sql("SELECT 1 / count(*) FROM was_0 JOIN was_1 ON was_0.v::text = was_1.v::text");
        run_sql("DROP TABLE was_0, was_1");
    }
}

static void test_limits(void **state)
{
    static char room[20000];

    (void)state;
    check_number(long_number(room, 12000, ""), true);
    check_number(long_number(room, 12001, ""), false);
    check_number(long_number(room, 12, "e131060"), true);
    check_number(long_number(room, 12, "e131061"), false);
    check_number(long_number(room, 1, ".5e-16382"), true);
    check_number(long_number(room, 1, ".5e-16383"), false);
    check_number(long_number(room, 1, "e-16383"), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, open_db, close_db);
}
