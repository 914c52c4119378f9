#include "gaps_read.h"

#include "tables.h"

/* An empty bytea stands before every chain. */
static const char read_gaps[] = "SELECT chain, number, alone, label, code, reason, " STATE_TIME(
    "left_at") " FROM weir.gap"
               " WHERE generation = $1::bigint AND (chain, number) > ($2::bytea, $3::bigint)"
               " ORDER BY chain, number";

struct gaps_telling {
    size_t generation;
    struct gaps_at *at;
    void (*tell)(void *arg, const struct weir_gap *gap);
    void *arg;
    bool unsound;
};

static void tell_gap(void *arg, const PGresult *row)
{
    struct gaps_telling *telling = arg;
    struct weir_gap gap = {
        .generation = telling->generation,
        .number = (uint64_t)query_integer(row, 0, 1),
        .alone = query_bool(row, 0, 2),
        .label = query_text(row, 0, 3),
        .code = query_text(row, 0, 4),
        .reason = query_text(row, 0, 5),
        .at = query_text(row, 0, 6),
    };

    if (!query_id(row, 0, 0, &gap.chain)) {
        telling->unsound = true;
        return;
    }
    telling->tell(telling->arg, &gap);
    *telling->at = (struct gaps_at){true, gap.chain, gap.number};
}

enum weir_status gaps_read(struct connection *control, int64_t generation, size_t index,
    struct gaps_at *at, void (*tell)(void *arg, const struct weir_gap *gap), void *arg)
{
    struct gaps_telling telling = {.generation = index, .at = at, .tell = tell, .arg = arg};
    struct gaps_at behind = *at;
    const struct bound values[] = {bind_integer(generation),
        behind.is_set ? bind_id(&behind.chain) : bind_bytes(weir_str("")),
        bind_integer((int64_t)behind.number)};

    if (!query_each(control, read_gaps, values, 3, tell_gap, &telling))
        return tables_fail(control, "cannot read its gaps");
    if (telling.unsound)
        return tables_damaged(control, "a chain in weir.gap has a name of the wrong length");
    return WEIR_OK;
}

static const char find_gap[] = "SELECT 1 FROM weir.gap WHERE generation = $1::bigint LIMIT 1";

enum weir_status gaps_exist(struct connection *control, int64_t generation, bool *ret_exist)
{
    PGresult *result = query_get(control, find_gap, bind_integer(generation));

    *ret_exist = result && PQntuples(result) > 0;
    if (!result)
        return tables_fail(control, "cannot read its gaps");
    PQclear(result);
    return WEIR_OK;
}

static const char forget_gaps[] = "DELETE FROM weir.gap WHERE generation = $1::bigint";
static const char forget_pass[] = "DELETE FROM weir.gap WHERE generation IN"
                                  " (SELECT id FROM weir.generation WHERE pass = $1::bigint)";

enum weir_status gaps_forget(struct connection *control, int64_t generation)
{
    bool done = query_run(control, NULL, forget_gaps, bind_integer(generation));

    return tables_judge(control, done, "cannot forget its gaps");
}

enum weir_status gaps_forget_pass(struct connection *control, int64_t pass)
{
    bool done = query_run(control, NULL, forget_pass, bind_integer(pass));

    return tables_judge(control, done, "cannot forget its gaps");
}
