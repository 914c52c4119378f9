/* The layout and the functions of plugin ABI 1. Written by tests/abi/freeze. */
#include <weir/arena.h>
#include <weir/batch.h>
#include <weir/buf.h>
#include <weir/chunks.h>
#include <weir/closing.h>
#include <weir/csv.h>
#include <weir/export.h>
#include <weir/failpoint.h>
#include <weir/incremental.h>
#include <weir/json.h>
#include <weir/loop.h>
#include <weir/mend.h>
#include <weir/moment.h>
#include <weir/node.h>
#include <weir/number.h>
#include <weir/option.h>
#include <weir/partition.h>
#include <weir/plugin.h>
#include <weir/position.h>
#include <weir/schema.h>
#include <weir/sql.h>
#include <weir/stage.h>
#include <weir/status.h>
#include <weir/store.h>
#include <weir/str.h>
#include <weir/template.h>
#include <weir/version.h>

#define SIZE(T, n) _Static_assert(sizeof(struct T) == (n), "struct " #T " has another size")
#define GROWS(T, n) _Static_assert(sizeof(struct T) >= (n), "struct " #T " has become smaller")
#define AT(T, field, at, size)                                                                     \
    _Static_assert(offsetof(struct T, field) == (at) && sizeof(((struct T *)0)->field) == (size),  \
        "struct " #T ": " #field " has moved")
#define CALLS(T, field, ...)                                                                       \
    _Static_assert(_Generic(((struct T *)0)->field, __VA_ARGS__ : 1, default : 0),                 \
        "struct " #T ": " #field " is called otherwise")
#define IS(name, n) _Static_assert((name) == (n), #name " has another value")

struct weir_arena *weir_arena_new(void);
void weir_arena_free(struct weir_arena *arena);
size_t weir_arena_size(const struct weir_arena *arena);
void *weir_alloc(struct weir_arena *arena, size_t size);
void *weir_alloc_zero(struct weir_arena *arena, size_t n, size_t size);
struct weir_str weir_copy(struct weir_arena *arena, struct weir_str s);
char *weir_copy_text(struct weir_arena *arena, const char *text);
char *weir_printf(struct weir_arena *arena, const char *format, ...) WEIR_PRINTF(2, 3);
char *weir_vprintf(struct weir_arena *arena, const char *format, va_list args);
void weir_defer(struct weir_arena *arena, void (*release)(void *arg), void *arg);
void weir_adopt(struct weir_arena *arena, void *memory, size_t size);
void *weir_malloc(size_t size);
void *weir_calloc(size_t n, size_t size);
void *weir_realloc(void *memory, size_t size);
void weir_out_of_memory(void) __attribute__((noreturn));

SIZE(weir_value, 16);
AT(weir_value, kind, 0, 1);
AT(weir_value, flags, 1, 1);
AT(weir_value, unused, 2, 2);
AT(weir_value, length, 4, 4);
AT(weir_value, boolean, 8, 1);
AT(weir_value, integer, 8, 8);
AT(weir_value, real, 8, 8);
AT(weir_value, text, 8, 8);

SIZE(weir_column, 32);
AT(weir_column, name, 0, 16);
AT(weir_column, values, 16, 8);
AT(weir_column, kinds, 24, 4);
AT(weir_column, unused, 28, 4);

SIZE(weir_unit_mark, 32);
AT(weir_unit_mark, text, 0, 8);
AT(weir_unit_mark, key, 8, 8);
AT(weir_unit_mark, ties, 16, 16);

SIZE(weir_unit, 88);
AT(weir_unit, first_row, 0, 8);
AT(weir_unit, n_rows, 8, 8);
AT(weir_unit, error, 16, 8);
AT(weir_unit, origin, 24, 8);
AT(weir_unit, position, 32, 8);
AT(weir_unit, mark, 40, 8);
AT(weir_unit, window, 48, 8);
AT(weir_unit, series, 56, 16);
AT(weir_unit, dead_letter, 72, 8);
AT(weir_unit, is_past, 80, 1);

SIZE(weir_reason, 24);
AT(weir_reason, fault, 0, 4);
AT(weir_reason, code, 8, 8);
AT(weir_reason, text, 16, 8);

GROWS(weir_reject, 80);
AT(weir_reject, next, 0, 8);
AT(weir_reject, unit, 8, 8);
AT(weir_reject, number, 16, 8);
AT(weir_reject, column, 24, 8);
AT(weir_reject, error, 32, 24);
AT(weir_reject, row, 56, 16);
AT(weir_reject, stage, 72, 4);

GROWS(weir_batch, 144);
AT(weir_batch, arena, 0, 8);
AT(weir_batch, resource, 8, 8);
AT(weir_batch, n_rows, 16, 8);
AT(weir_batch, n_columns, 24, 8);
AT(weir_batch, n_units, 32, 8);
AT(weir_batch, columns, 40, 8);
AT(weir_batch, units, 48, 8);
AT(weir_batch, payload, 56, 8);
AT(weir_batch, rejects, 64, 8);
AT(weir_batch, n_rejects, 72, 8);
AT(weir_batch, memory, 80, 8);
AT(weir_batch, rejected, 88, 8);
AT(weir_batch, row_capacity, 96, 8);
AT(weir_batch, column_capacity, 104, 8);
AT(weir_batch, unit_capacity, 112, 8);
AT(weir_batch, first_unit, 120, 8);
AT(weir_batch, is_thinned, 128, 1);
AT(weir_batch, stage, 132, 4);
AT(weir_batch, cells, 136, 8);

IS(WEIR_NULL, 0);
IS(WEIR_BOOL, 1);
IS(WEIR_INT, 2);
IS(WEIR_FLOAT, 3);
IS(WEIR_DECIMAL, 4);
IS(WEIR_TEXT, 5);
IS(WEIR_BYTES, 6);
IS(WEIR_TIMESTAMP, 7);
IS(WEIR_DATE, 8);
IS(WEIR_JSON, 9);
IS(WEIR_ABSENT, 1);

struct weir_batch *weir_batch_new(const struct weir_resource *resource);
void weir_batch_free(struct weir_batch *batch);
struct weir_unit *weir_batch_add_unit(struct weir_batch *batch, void *origin);
size_t weir_batch_add_row(struct weir_batch *batch);
size_t weir_batch_column(struct weir_batch *batch, struct weir_str name);
void weir_batch_set(struct weir_batch *batch, size_t column, struct weir_value value);
void weir_batch_fail_unit(struct weir_batch *batch, const struct weir_error *error);
size_t weir_batch_find(const struct weir_batch *batch, struct weir_str name);
bool weir_column_has(const struct weir_column *column, enum weir_kind kind);
void weir_column_recount(struct weir_column *column, size_t n_rows);
void weir_batch_drop_column(struct weir_batch *batch, size_t column);
void weir_batch_keep(struct weir_batch *batch, const bool *marks);
void weir_batch_void_unit(struct weir_batch *batch, size_t unit);
void weir_batch_replace(struct weir_batch *batch, struct weir_column *columns, size_t n_columns,
    const size_t *unit_rows);
void weir_batch_remember(struct weir_batch *batch);
void weir_batch_reject(
    struct weir_batch *batch, size_t row, const char *column, const struct weir_error *error);
bool weir_batch_is_rejected(const struct weir_batch *batch, size_t row);
void weir_batch_drop_rejected(struct weir_batch *batch);
size_t weir_batch_row_number(const struct weir_batch *batch, size_t row, bool *ret_exact);
struct weir_str weir_batch_row_json(const struct weir_batch *batch, size_t row);
void weir_batch_fit(struct weir_batch *batch);
struct weir_batch weir_batch_snapshot(const struct weir_batch *batch);
struct weir_batch *weir_batch_part(
    const struct weir_batch *start, size_t first, size_t n, struct weir_arena *arena);
void weir_batch_rewind(struct weir_batch *batch, const struct weir_batch *start);
void weir_batch_append(struct weir_batch *batch, struct weir_batch *part);
void weir_batch_leave_out(struct weir_batch *batch, const struct weir_batch *start, size_t row,
    const struct weir_error *error);
struct weir_value weir_bool(bool boolean);
struct weir_value weir_int(int64_t integer);
struct weir_value weir_float(double real);
struct weir_value weir_text(enum weir_kind kind, struct weir_str s);
struct weir_str weir_value_str(const struct weir_value *value);
const char *weir_kind_name(enum weir_kind kind);
struct weir_str weir_value_format(
    const struct weir_value *value, struct weir_arena *arena, bool json);

SIZE(weir_buf, 40);
AT(weir_buf, ptr, 0, 8);
AT(weir_buf, len, 8, 8);
AT(weir_buf, capacity, 16, 8);
AT(weir_buf, limit, 24, 8);
AT(weir_buf, padding, 32, 8);

void weir_buf_init(struct weir_buf *buf, size_t limit, size_t padding);
void weir_buf_done(struct weir_buf *buf);
void weir_buf_reset(struct weir_buf *buf);
bool weir_buf_reserve(struct weir_buf *buf, size_t more) WEIR_MUST_CHECK;
bool weir_buf_add(struct weir_buf *buf, const void *bytes, size_t n) WEIR_MUST_CHECK;
bool weir_buf_add_text(struct weir_buf *buf, const char *text) WEIR_MUST_CHECK;
bool weir_buf_printf(struct weir_buf *buf, const char *format, ...) WEIR_MUST_CHECK
    WEIR_PRINTF(2, 3);
char *weir_buf_take(struct weir_buf *buf, size_t *ret_capacity);

SIZE(weir_chunk_part, 32);
AT(weir_chunk_part, resource, 0, 8);
AT(weir_chunk_part, index, 8, 8);
AT(weir_chunk_part, window, 16, 8);
AT(weir_chunk_part, after, 24, 8);

SIZE(weir_chunk_wish, 32);
AT(weir_chunk_wish, from, 0, 8);
AT(weir_chunk_wish, query, 8, 8);
AT(weir_chunk_wish, key, 16, 16);

SIZE(weir_chunk_bounds, 64);
AT(weir_chunk_bounds, kind, 0, 4);
AT(weir_chunk_bounds, has_start, 4, 1);
AT(weir_chunk_bounds, has_end, 5, 1);
AT(weir_chunk_bounds, start, 8, 8);
AT(weir_chunk_bounds, end, 16, 8);
AT(weir_chunk_bounds, start_text, 24, 16);
AT(weir_chunk_bounds, end_text, 40, 16);
AT(weir_chunk_bounds, takes_nulls, 56, 1);
AT(weir_chunk_bounds, takes_others, 57, 1);

IS(WEIR_CHUNK_ALL, 0);
IS(WEIR_CHUNK_NUMBERS, 1);
IS(WEIR_CHUNK_TIMES, 2);
IS(WEIR_CHUNK_TEXTS, 3);
IS(WEIR_CHUNK_DAY_SIZE, 16);

void weir_chunks_check(struct weir_stage *stage, struct weir_mistakes *mistakes);
const char *weir_chunks_subquery(struct weir_arena *arena, const char *query);
const char *weir_chunks_cursor(struct weir_arena *arena, const struct weir_resource *resource);
struct weir_chunk_bounds weir_chunks_bounds(const struct weir_chunk_part *part);
bool weir_chunks_day(int64_t second, int days, char out[WEIR_CHUNK_DAY_SIZE]);
struct weir_chunks *weir_chunks_new(struct weir_stage *stage);
void weir_chunks_free(struct weir_chunks *chunks);
enum weir_status weir_chunks_next(
    struct weir_chunks *chunks, const struct weir_chunk_part **ret_part) WEIR_MUST_CHECK;
void weir_chunks_add(
    struct weir_chunks *chunks, struct weir_batch *batch, const char *last_key, bool is_last);

SIZE(weir_closing, 112);
AT(weir_closing, size, 0, 8);
AT(weir_closing, stage, 8, 8);
AT(weir_closing, ending, 16, 8);
AT(weir_closing, is_open, 24, 8);
AT(weir_closing, arg, 32, 8);
AT(weir_closing, forget_gaps, 40, 8);
CALLS(weir_closing, forget_gaps, enum weir_status (*)(void *arg, size_t resource));
AT(weir_closing, gaps_exist, 48, 8);
CALLS(weir_closing, gaps_exist, enum weir_status (*)(void *arg, size_t resource, bool *ret_exist));
AT(weir_closing, publish, 56, 8);
CALLS(weir_closing, publish, enum weir_status (*)(void *arg));
AT(weir_closing, move_marks, 64, 8);
CALLS(weir_closing, move_marks, enum weir_status (*)(void *arg, size_t resource));
AT(weir_closing, settle, 72, 8);
CALLS(weir_closing, settle,
    enum weir_status (*)(void *arg, size_t resource, enum weir_notes_fate notes));
AT(weir_closing, end_generation, 80, 8);
CALLS(weir_closing, end_generation, enum weir_status (*)(void *arg, size_t resource));
AT(weir_closing, forget_places, 88, 8);
CALLS(weir_closing, forget_places, enum weir_status (*)(void *arg));
AT(weir_closing, abandon_pass, 96, 8);
CALLS(weir_closing, abandon_pass, enum weir_status (*)(void *arg));
AT(weir_closing, end_pass, 104, 8);
CALLS(weir_closing, end_pass, enum weir_status (*)(void *arg));

IS(WEIR_NOTES_WHOLE, 0);
IS(WEIR_NOTES_PARTLY, 1);
IS(WEIR_NOTES_DROPPED, 2);

enum weir_status weir_close(const struct weir_closing *closing, bool *ret_refused) WEIR_MUST_CHECK;

SIZE(weir_csv, 24);
AT(weir_csv, delimiter, 0, 1);
AT(weir_csv, no_quotes, 1, 1);
AT(weir_csv, no_header, 2, 1);
AT(weir_csv, columns, 8, 16);

bool weir_csv_may_delimit(char c);
struct weir_csv_reader *weir_csv_reader_new(const struct weir_csv *csv);
void weir_csv_reader_free(struct weir_csv_reader *reader);
enum weir_status weir_csv_rows(struct weir_csv_reader *reader, struct weir_str piece,
    struct weir_batch *batch, struct weir_error *ret_error) WEIR_MUST_CHECK;

IS(WEIR_FAILPOINT_EXIT, 99);

int weir_failpoint_reached(const char *name);

GROWS(weir_incremental, 64);
AT(weir_incremental, cursor_path, 0, 8);
AT(weir_incremental, cursor_type, 8, 4);
AT(weir_incremental, cursor_format, 16, 8);
AT(weir_incremental, initial_value, 24, 8);
AT(weir_incremental, end_value, 32, 8);
AT(weir_incremental, lag, 40, 8);
AT(weir_incremental, step, 48, 8);
AT(weir_incremental, row_order, 56, 4);
AT(weir_incremental, on_cursor_value_missing, 60, 4);

SIZE(weir_point, 40);
AT(weir_point, high, 0, 8);
AT(weir_point, low, 8, 8);
AT(weir_point, text, 16, 16);
AT(weir_point, digits, 32, 4);

SIZE(weir_mark, 72);
AT(weir_mark, text, 0, 16);
AT(weir_mark, key, 16, 16);
AT(weir_mark, point, 32, 40);

SIZE(weir_window, 200);
AT(weir_window, start, 0, 16);
AT(weir_window, end, 16, 16);
AT(weir_window, from, 32, 72);
AT(weir_window, to, 104, 72);
AT(weir_window, is_last, 176, 1);
AT(weir_window, initial, 184, 16);

IS(WEIR_CURSOR_DATETIME, 0);
IS(WEIR_CURSOR_DATE, 1);
IS(WEIR_CURSOR_INTEGER, 2);
IS(WEIR_CURSOR_EPOCH, 3);
IS(WEIR_CURSOR_EPOCH_MS, 4);
IS(WEIR_CURSOR_TEXT, 5);
IS(WEIR_ORDER_NONE, 0);
IS(WEIR_ORDER_ASC, 1);
IS(WEIR_ORDER_DESC, 2);
IS(WEIR_MISSING_FAIL, 0);
IS(WEIR_MISSING_INCLUDE, 1);
IS(WEIR_MISSING_EXCLUDE, 2);

extern const struct weir_option weir_incremental_options[];
void weir_incremental_check(const struct weir_incremental *incremental,
    const struct weir_node *node, struct weir_mistakes *mistakes);
enum weir_status weir_point_read(const struct weir_incremental *incremental,
    const struct weir_value *value, struct weir_point *ret_point,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
int weir_point_compare(const struct weir_point *a, const struct weir_point *b);
enum weir_status weir_mark_read(const struct weir_incremental *incremental,
    const struct weir_value *value, struct weir_arena *arena, struct weir_mark *ret_mark,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
int weir_mark_compare(const struct weir_mark *a, const struct weir_mark *b);
struct weir_windows *weir_windows_new(const struct weir_incremental *incremental, const char *mark,
    const char *now, struct weir_error *ret_error);
void weir_windows_free(struct weir_windows *windows);
uint64_t weir_windows_total(const struct weir_windows *windows);
bool weir_windows_next(
    struct weir_windows *windows, struct weir_arena *arena, struct weir_window *ret_window);
struct weir_window *weir_window_copy(struct weir_arena *arena, const struct weir_window *window);
struct weir_id weir_window_id(
    const struct weir_windows *windows, const struct weir_window *window, struct weir_id partition);
bool weir_window_lookup(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value);

SIZE(weir_json_form, 48);
AT(weir_json_form, records, 0, 8);
AT(weir_json_form, is_lines, 8, 1);
AT(weir_json_form, columns, 16, 16);
AT(weir_json_form, schema, 32, 8);
AT(weir_json_form, last_key_counts, 40, 1);

IS(WEIR_JSON_PADDING, 64);

const struct weir_path *weir_path_parse(struct weir_arena *arena, struct weir_str text,
    size_t *ret_offset, struct weir_error *ret_error);
const char *weir_path_text(const struct weir_path *path);
bool weir_path_split(struct weir_arena *arena, const struct weir_path *path,
    struct weir_str *ret_key, const struct weir_path **ret_rest);
struct weir_json_reader *weir_json_reader_new(void);
void weir_json_reader_free(struct weir_json_reader *reader);
enum weir_status weir_json_rows(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *records, struct weir_batch *batch,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
enum weir_status weir_json_lines(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *records, struct weir_batch *batch,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
enum weir_status weir_json_read(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_json_form *form, struct weir_batch *batch,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
enum weir_status weir_json_pick(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *path, struct weir_arena *arena, struct weir_value *ret_value,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
enum weir_status weir_json_find(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *path, struct weir_arena *arena, struct weir_value *ret_value,
    bool *ret_found, struct weir_error *ret_error) WEIR_MUST_CHECK;
enum weir_status weir_json_find_all(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *const *paths, size_t n, struct weir_arena *arena,
    struct weir_value *values, bool *found, struct weir_error *ret_error) WEIR_MUST_CHECK;
bool weir_json_next(struct weir_str *rest, struct weir_str *ret_element);
struct weir_str weir_json_quote(struct weir_arena *arena, struct weir_str s);

uv_loop_t *weir_loop(struct weir_stage *stage);

SIZE(weir_mend, 8);
AT(weir_mend, nul, 0, 4);
AT(weir_mend, replaces_bytes, 4, 1);
AT(weir_mend, is_json, 5, 1);

IS(WEIR_NUL_FAIL, 0);
IS(WEIR_NUL_STRIP, 1);
IS(WEIR_NUL_REPLACE, 2);

struct weir_str weir_mend(
    struct weir_arena *arena, struct weir_str body, const struct weir_mend *mend);

SIZE(weir_moment, 24);
AT(weir_moment, seconds, 0, 8);
AT(weir_moment, nanos, 8, 4);
AT(weir_moment, offset, 12, 4);
AT(weir_moment, has_time, 16, 1);
AT(weir_moment, has_offset, 17, 1);
AT(weir_moment, is_leap, 18, 1);

SIZE(weir_day, 16);
AT(weir_day, year, 0, 8);
AT(weir_day, month, 8, 4);
AT(weir_day, day, 12, 4);

bool weir_moment_parse(struct weir_str s, struct weir_moment *ret_moment) WEIR_MUST_CHECK;
struct weir_day weir_day_at(int64_t days);

SIZE(weir_splice, 40);
AT(weir_splice, at, 0, 8);
AT(weir_splice, len, 8, 8);
AT(weir_splice, written_at, 16, 8);
AT(weir_splice, written_len, 24, 8);
AT(weir_splice, foreign, 32, 1);

SIZE(weir_written, 32);
AT(weir_written, text, 0, 16);
AT(weir_written, splices, 16, 8);
AT(weir_written, n, 24, 8);

GROWS(weir_node, 80);
AT(weir_node, kind, 0, 4);
AT(weir_node, line, 4, 4);
AT(weir_node, column, 8, 4);
AT(weir_node, text, 16, 16);
AT(weir_node, quoted, 32, 1);
AT(weir_node, block, 33, 1);
AT(weir_node, substituted, 34, 1);
AT(weir_node, items, 40, 8);
AT(weir_node, keys, 48, 8);
AT(weir_node, n, 56, 8);
AT(weir_node, source, 64, 8);
AT(weir_node, written, 72, 8);

SIZE(weir_mistake, 32);
AT(weir_mistake, line, 0, 4);
AT(weir_mistake, column, 4, 4);
AT(weir_mistake, warning, 8, 1);
AT(weir_mistake, code, 16, 8);
AT(weir_mistake, text, 24, 8);

SIZE(weir_mistakes, 664);
AT(weir_mistakes, arena, 0, 8);
AT(weir_mistakes, items, 8, 640);
AT(weir_mistakes, n, 648, 8);
AT(weir_mistakes, n_errors, 656, 8);

IS(WEIR_NODE_SCALAR, 0);
IS(WEIR_NODE_LIST, 1);
IS(WEIR_NODE_MAP, 2);

const struct weir_node *weir_node_get(const struct weir_node *node, const char *key);
const struct weir_node *weir_node_key(const struct weir_node *node, const char *key);
bool weir_node_is_null(const struct weir_node *node);
struct weir_node *weir_node_scalar(struct weir_arena *arena, const char *text);
struct weir_node *weir_node_map(struct weir_arena *arena);
struct weir_node *weir_node_list(struct weir_arena *arena);
void weir_node_add(struct weir_arena *arena, struct weir_node *parent, struct weir_node *key,
    struct weir_node *item);
void weir_node_duplicates(const struct weir_node *map,
    void (*found)(void *arg, const struct weir_node *again, const struct weir_node *first),
    void *arg);
void weir_node_place(
    const struct weir_node *node, size_t offset, uint32_t *ret_line, uint32_t *ret_column);
const struct weir_node *weir_node_merge(
    struct weir_arena *arena, const struct weir_node *under, const struct weir_node *over);
struct weir_str weir_node_to_json(struct weir_arena *arena, const struct weir_node *node);
const struct weir_node *weir_node_from_json(
    struct weir_arena *arena, struct weir_str json, struct weir_error *ret_error);
void weir_mistakes_init(struct weir_mistakes *mistakes, struct weir_arena *arena);
void weir_mistake(struct weir_mistakes *mistakes, const struct weir_node *at, size_t offset,
    const char *code, const char *format, ...) WEIR_PRINTF(5, 6);
void weir_mistake_warn(struct weir_mistakes *mistakes, const struct weir_node *at, const char *code,
    const char *format, ...) WEIR_PRINTF(4, 5);
void weir_mistakes_sort(struct weir_mistakes *mistakes);
const char *weir_did_you_mean(struct weir_arena *arena, const char *word,
    const char *(*candidate)(const void *candidates, size_t i), const void *candidates, size_t n);

IS(WEIR_NUMBER_SIZE, 32);

bool weir_number_parse(struct weir_str s, struct weir_value *ret_value);
size_t weir_double_format(double real, char out[WEIR_NUMBER_SIZE]);
size_t weir_float_format(float real, char out[WEIR_NUMBER_SIZE]);

SIZE(weir_secret, 8);
AT(weir_secret, text, 0, 8);

SIZE(weir_pair, 24);
AT(weir_pair, name, 0, 8);
AT(weir_pair, text, 8, 8);
AT(weir_pair, node, 16, 8);

SIZE(weir_pairs, 16);
AT(weir_pairs, items, 0, 8);
AT(weir_pairs, n, 8, 8);

SIZE(weir_named_template, 24);
AT(weir_named_template, name, 0, 8);
AT(weir_named_template, value, 8, 8);
AT(weir_named_template, node, 16, 8);

SIZE(weir_templates, 16);
AT(weir_templates, items, 0, 8);
AT(weir_templates, n, 8, 8);

SIZE(weir_groups, 16);
AT(weir_groups, items, 0, 8);
AT(weir_groups, n, 8, 8);

SIZE(weir_variant, 24);
AT(weir_variant, type, 0, 8);
AT(weir_variant, options, 8, 8);
AT(weir_variant, node, 16, 8);

SIZE(weir_choice, 24);
AT(weir_choice, name, 0, 8);
AT(weir_choice, value, 8, 4);
AT(weir_choice, help, 16, 8);

GROWS(weir_option, 112);
AT(weir_option, name, 0, 8);
AT(weir_option, help, 8, 8);
AT(weir_option, initial, 16, 8);
AT(weir_option, example, 24, 8);
AT(weir_option, choices, 32, 8);
AT(weir_option, options, 40, 8);
AT(weir_option, variants, 48, 8);
AT(weir_option, options_size, 56, 8);
AT(weir_option, type, 64, 4);
AT(weir_option, offset, 68, 4);
AT(weir_option, roots, 72, 4);
AT(weir_option, required, 76, 1);
AT(weir_option, sensitive, 77, 1);
AT(weir_option, min, 80, 8);
AT(weir_option, max, 88, 8);
AT(weir_option, tuning, 96, 1);
AT(weir_option, is_public, 104, 8);
CALLS(weir_option, is_public, bool (*)(const char *text));

SIZE(weir_variant_type, 40);
AT(weir_variant_type, name, 0, 8);
AT(weir_variant_type, help, 8, 8);
AT(weir_variant_type, value, 16, 4);
AT(weir_variant_type, options, 24, 8);
AT(weir_variant_type, options_size, 32, 8);

SIZE(weir_option_target, 24);
AT(weir_option_target, options, 0, 8);
AT(weir_option_target, stride, 8, 8);
AT(weir_option_target, target, 16, 8);

SIZE(weir_option_context, 40);
AT(weir_option_context, arena, 0, 8);
AT(weir_option_context, mistakes, 8, 8);
AT(weir_option_context, constants, 16, 8);
AT(weir_option_context, secret, 24, 8);
CALLS(weir_option_context, secret, void (*)(void *arg, const char *text));
AT(weir_option_context, secret_arg, 32, 8);

IS(WEIR_OPTION_NONE, 0);
IS(WEIR_OPTION_TEXT, 1);
IS(WEIR_OPTION_SECRET, 2);
IS(WEIR_OPTION_BOOL, 3);
IS(WEIR_OPTION_INT, 4);
IS(WEIR_OPTION_NUMBER, 5);
IS(WEIR_OPTION_SIZE, 6);
IS(WEIR_OPTION_DURATION, 7);
IS(WEIR_OPTION_CHOICE, 8);
IS(WEIR_OPTION_TEXTS, 9);
IS(WEIR_OPTION_PAIRS, 10);
IS(WEIR_OPTION_TEMPLATE, 11);
IS(WEIR_OPTION_TEMPLATES, 12);
IS(WEIR_OPTION_PATH, 13);
IS(WEIR_OPTION_DOCUMENT, 14);
IS(WEIR_OPTION_NODE, 15);
IS(WEIR_OPTION_GROUP, 16);
IS(WEIR_OPTION_GROUPS, 17);
IS(WEIR_OPTION_VARIANT, 18);

bool weir_options_parse(const struct weir_option_context *context, const struct weir_node *map,
    const struct weir_node *place, const struct weir_option_target *targets, size_t n_targets);
const struct weir_option *weir_option_find(
    const struct weir_option *options, size_t stride, const char *name);
const struct weir_option *weir_option_next(const struct weir_option *option, size_t stride);
bool weir_parse_duration(const char *text, uint64_t *ret_ms);
bool weir_parse_size(const char *text, uint64_t *ret_bytes);
bool weir_parse_int(const char *text, int64_t *ret_value);
char *weir_options_markdown(
    struct weir_arena *arena, const struct weir_option *options, size_t stride);
char *weir_options_text(struct weir_arena *arena, const struct weir_option *options, size_t stride);

SIZE(weir_partition_field, 24);
AT(weir_partition_field, name, 0, 8);
AT(weir_partition_field, value, 8, 16);

SIZE(weir_partition, 40);
AT(weir_partition, number, 0, 8);
AT(weir_partition, fields, 8, 8);
AT(weir_partition, n_fields, 16, 8);
AT(weir_partition, id, 24, 16);

const struct weir_partitions *weir_partitions_parse(
    struct weir_arena *arena, const struct weir_node *node, struct weir_mistakes *mistakes);
bool weir_partitions_have(const struct weir_partitions *partitions, struct weir_str name);
struct weir_partition_cursor *weir_partition_cursor_new(
    const struct weir_partitions *partitions, struct weir_error *ret_error);
void weir_partition_cursor_free(struct weir_partition_cursor *cursor);
uint64_t weir_partition_cursor_total(const struct weir_partition_cursor *cursor);
enum weir_status weir_partition_next(struct weir_partition_cursor *cursor, struct weir_arena *arena,
    struct weir_partition *ret_partition, struct weir_error *ret_error) WEIR_MUST_CHECK;
bool weir_partition_lookup(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value);
size_t weir_partition_label(const struct weir_partition *p, char *out, size_t size);

SIZE(weir_header, 16);
AT(weir_header, abi, 0, 4);
AT(weir_header, plugin_size, 4, 4);
AT(weir_header, option_size, 8, 4);
AT(weir_header, unused, 12, 4);

SIZE(weir_parent, 24);
AT(weir_parent, name, 0, 16);
AT(weir_parent, at, 16, 8);

SIZE(weir_parents, 112);
AT(weir_parents, items, 0, 96);
AT(weir_parents, n, 96, 8);
AT(weir_parents, too_many, 104, 8);

GROWS(weir_plugin, 176);
AT(weir_plugin, header, 0, 16);
AT(weir_plugin, name, 16, 8);
AT(weir_plugin, summary, 24, 8);
AT(weir_plugin, version, 32, 8);
AT(weir_plugin, threading, 40, 4);
AT(weir_plugin, flags, 44, 4);
AT(weir_plugin, state_size, 48, 8);
AT(weir_plugin, options, 56, 8);
AT(weir_plugin, resource_size, 64, 8);
AT(weir_plugin, resource_options, 72, 8);
AT(weir_plugin, check, 80, 8);
CALLS(weir_plugin, check, void (*)(struct weir_stage *stage, struct weir_mistakes *mistakes));
AT(weir_plugin, start, 88, 8);
CALLS(weir_plugin, start, enum weir_status (*)(struct weir_stage *stage));
AT(weir_plugin, stop, 96, 8);
CALLS(weir_plugin, stop, void (*)(struct weir_stage *stage));
AT(weir_plugin, extract, 104, 8);
CALLS(
    weir_plugin, extract, enum weir_status (*)(struct weir_stage *stage, struct weir_batch *batch));
AT(weir_plugin, transform, 112, 8);
CALLS(weir_plugin, transform,
    enum weir_status (*)(struct weir_stage *stage, struct weir_batch *batch));
AT(weir_plugin, load, 120, 8);
CALLS(weir_plugin, load, enum weir_status (*)(struct weir_stage *stage, struct weir_batch *batch));
AT(weir_plugin, decode, 128, 8);
CALLS(
    weir_plugin, decode, enum weir_status (*)(struct weir_stage *stage, struct weir_batch *batch));
AT(weir_plugin, decoded, 136, 8);
CALLS(
    weir_plugin, decoded, enum weir_status (*)(struct weir_stage *stage, struct weir_batch *batch));
AT(weir_plugin, commit, 144, 8);
CALLS(weir_plugin, commit, enum weir_status (*)(struct weir_stage *stage));
AT(weir_plugin, store, 152, 8);
AT(weir_plugin, parents, 160, 8);
CALLS(weir_plugin, parents,
    void (*)(const struct weir_resource *resource, struct weir_parents *parents));
AT(weir_plugin, chosen, 168, 8);
CALLS(
    weir_plugin, chosen, enum weir_status (*)(struct weir_stage *stage, struct weir_batch *batch));

IS(WEIR_ON_WORKER, 0);
IS(WEIR_ON_LOOP, 1);
IS(WEIR_IN_PARALLEL, 2);
IS(WEIR_HAS_POSITIONS, 1);
IS(WEIR_STATEFUL, 2);
IS(WEIR_ROW_BY_ROW, 4);
IS(WEIR_IDEMPOTENT, 8);
IS(WEIR_CAN_MERGE, 16);
IS(WEIR_CAN_REPLACE, 32);
IS(WEIR_TAKES_SCHEMA, 64);
IS(WEIR_KEEPS_OPENINGS, 128);
IS(WEIR_SENDS_KEYS, 256);
IS(WEIR_KEEPS_NOTES, 512);

void weir_parents_add(
    struct weir_parents *parents, struct weir_str name, const struct weir_node *at);

SIZE(weir_id, 16);
AT(weir_id, bytes, 0, 16);

SIZE(weir_opening, 32);
AT(weir_opening, resource, 0, 8);
AT(weir_opening, chain, 8, 16);
AT(weir_opening, next, 24, 8);

SIZE(weir_position, 88);
AT(weir_position, chain, 0, 16);
AT(weir_position, series, 16, 16);
AT(weir_position, number, 32, 8);
AT(weir_position, next, 40, 8);
AT(weir_position, label, 48, 8);
AT(weir_position, follow, 56, 4);
AT(weir_position, left_out, 60, 1);
AT(weir_position, openings, 64, 8);
AT(weir_position, n_openings, 72, 8);
AT(weir_position, note, 80, 8);

SIZE(weir_resume, 40);
AT(weir_resume, done, 0, 1);
AT(weir_resume, number, 8, 8);
AT(weir_resume, next, 16, 8);
AT(weir_resume, holes, 24, 8);
AT(weir_resume, n_holes, 32, 8);

SIZE(weir_opened, 56);
AT(weir_opened, chain, 0, 16);
AT(weir_opened, resume, 16, 40);

IS(WEIR_ID_SIZE, 16);
IS(WEIR_FOLLOW_NEXT, 0);
IS(WEIR_FOLLOW_END, 1);
IS(WEIR_FOLLOW_WAIT, 2);
IS(WEIR_FOLLOW_FILL, 3);

struct weir_id weir_id_of(struct weir_str bytes);

SIZE(weir_declared_column, 16);
AT(weir_declared_column, name, 0, 8);
AT(weir_declared_column, type, 8, 8);

SIZE(weir_schema, 40);
AT(weir_schema, columns, 0, 8);
AT(weir_schema, n_columns, 8, 8);
AT(weir_schema, tables, 16, 4);
AT(weir_schema, new_columns, 20, 4);
AT(weir_schema, data_type, 24, 4);
AT(weir_schema, config, 32, 8);

IS(WEIR_CONTRACT_DEFAULT, 0);
IS(WEIR_CONTRACT_EVOLVE, 1);
IS(WEIR_CONTRACT_WIDEN, 2);
IS(WEIR_CONTRACT_FREEZE, 3);
IS(WEIR_CONTRACT_DISCARD_ROW, 4);
IS(WEIR_CONTRACT_DISCARD_VALUE, 5);
IS(WEIR_CONTRACT_DEAD_LETTER, 6);

struct weir_sql *weir_sql_condition(
    const char *expression, size_t *ret_offset, struct weir_error *ret_error);
struct weir_sql *weir_sql_columns(const char *const *names, const char *const *expressions,
    size_t n, size_t *ret_index, size_t *ret_offset, struct weir_error *ret_error);
struct weir_sql *weir_sql_select(
    const char *statement, size_t *ret_offset, struct weir_error *ret_error);
void weir_sql_free(struct weir_sql *sql);
const char *const *weir_sql_names(const struct weir_sql *sql, size_t *ret_n);
void weir_sql_mistake(struct weir_mistakes *mistakes, const struct weir_node *at, size_t offset,
    const struct weir_error *error);
enum weir_status weir_sql_run(
    struct weir_sql *sql, struct weir_batch *batch, struct weir_error *ret_error) WEIR_MUST_CHECK;
void weir_sql_watch(struct weir_sql *sql, struct weir_stage *stage);
void weir_sql_interrupt(struct weir_sql *sql);

GROWS(weir_progress, 88);
AT(weir_progress, requests_total, 0, 8);
AT(weir_progress, requests, 8, 8);
AT(weir_progress, in_flight, 16, 8);
AT(weir_progress, retries, 24, 8);
AT(weir_progress, failures, 32, 8);
AT(weir_progress, bytes, 40, 8);
AT(weir_progress, network_us, 48, 8);
AT(weir_progress, backoff_us, 56, 8);
AT(weir_progress, allowed_in_flight, 64, 8);
AT(weir_progress, from_cache, 72, 8);
AT(weir_progress, not_modified, 80, 8);

GROWS(weir_resource, 160);
AT(weir_resource, name, 0, 8);
AT(weir_resource, table, 8, 8);
AT(weir_resource, primary_key, 16, 16);
AT(weir_resource, options, 32, 8);
AT(weir_resource, config, 40, 8);
AT(weir_resource, progress, 48, 8);
AT(weir_resource, engine, 56, 8);
AT(weir_resource, disposition, 64, 4);
AT(weir_resource, order_by, 72, 8);
AT(weir_resource, incremental, 80, 8);
AT(weir_resource, sets_aside, 88, 1);
AT(weir_resource, allow_empty, 89, 1);
AT(weir_resource, min_ratio, 96, 8);
AT(weir_resource, dead_letter_table, 104, 8);
AT(weir_resource, schema, 112, 8);
AT(weir_resource, parents, 120, 8);
AT(weir_resource, n_parents, 128, 8);
AT(weir_resource, children, 136, 8);
AT(weir_resource, n_children, 144, 8);
AT(weir_resource, is_walked, 152, 1);
AT(weir_resource, keeps_notes, 153, 1);

GROWS(weir_stage, 64);
AT(weir_stage, name, 0, 8);
AT(weir_stage, state, 8, 8);
AT(weir_stage, config, 16, 8);
AT(weir_stage, arena, 24, 8);
AT(weir_stage, resources, 32, 8);
AT(weir_stage, n_resources, 40, 8);
AT(weir_stage, host, 48, 8);
AT(weir_stage, engine, 56, 8);

GROWS(weir_host, 184);
AT(weir_host, size, 0, 8);
AT(weir_host, wake, 8, 8);
CALLS(weir_host, wake, void (*)(struct weir_stage *stage));
AT(weir_host, fail, 16, 8);
CALLS(weir_host, fail, void (*)(struct weir_stage *stage, const struct weir_error *error));
AT(weir_host, reserve, 24, 8);
CALLS(weir_host, reserve, bool (*)(struct weir_stage *stage, size_t bytes));
AT(weir_host, release, 32, 8);
CALLS(weir_host, release, void (*)(struct weir_stage *stage, size_t bytes));
AT(weir_host, log, 40, 8);
CALLS(weir_host, log, void (*)(struct weir_stage *stage, enum weir_level level, const char *text));
AT(weir_host, give_up, 48, 8);
CALLS(weir_host, give_up,
    void (*)(struct weir_stage *stage, const struct weir_resource *resource, const char *what,
        unsigned attempts, const struct weir_error *error));
AT(weir_host, stopping, 56, 8);
CALLS(weir_host, stopping, bool (*)(struct weir_stage *stage));
AT(weir_host, loop, 64, 8);
CALLS(weir_host, loop, void *(*)(struct weir_stage *stage));
AT(weir_host, incomplete, 72, 8);
CALLS(weir_host, incomplete, bool (*)(struct weir_stage *stage));
AT(weir_host, resume, 80, 8);
CALLS(weir_host, resume,
    bool (*)(struct weir_stage *stage, const struct weir_resource *resource,
        const struct weir_id *chain, struct weir_resume *ret_resume));
AT(weir_host, is_read, 88, 8);
CALLS(weir_host, is_read, bool (*)(struct weir_stage *stage, const struct weir_resource *resource));
AT(weir_host, mark, 96, 8);
CALLS(weir_host, mark,
    const char *(*)(struct weir_stage *stage, const struct weir_resource *resource,
        const struct weir_id *series));
AT(weir_host, now, 104, 8);
CALLS(weir_host, now, const char *(*)(struct weir_stage *stage));
AT(weir_host, is_offline, 112, 8);
CALLS(weir_host, is_offline, bool (*)(struct weir_stage *stage));
AT(weir_host, keep, 120, 8);
CALLS(weir_host, keep, void (*)(struct weir_stage *stage, struct weir_batch *batch));
AT(weir_host, loaded, 128, 8);
CALLS(weir_host, loaded, void (*)(struct weir_stage *stage, struct weir_batch *batch));
AT(weir_host, dropped, 136, 8);
CALLS(weir_host, dropped, void (*)(struct weir_stage *stage, struct weir_batch *batch));
AT(weir_host, keep_max, 144, 8);
CALLS(weir_host, keep_max, size_t (*)(struct weir_stage *stage));
AT(weir_host, secret, 152, 8);
CALLS(weir_host, secret, void (*)(struct weir_stage *stage, const char *text));
AT(weir_host, opened, 160, 8);
CALLS(weir_host, opened,
    bool (*)(struct weir_stage *stage, const struct weir_resource *resource, size_t i,
        struct weir_opened *ret_opened));
AT(weir_host, pipeline, 168, 8);
CALLS(weir_host, pipeline, const char *(*)(struct weir_stage *stage));
AT(weir_host, noted, 176, 8);
CALLS(weir_host, noted,
    const char *(*)(struct weir_stage *stage, const struct weir_resource *resource,
        const struct weir_id *chain, uint64_t number));

IS(WEIR_APPEND, 0);
IS(WEIR_MERGE, 1);
IS(WEIR_REPLACE, 2);
IS(WEIR_LOG_DEBUG, 0);
IS(WEIR_LOG_INFO, 1);
IS(WEIR_LOG_WARNING, 2);

const struct weir_node *weir_resource_node(const struct weir_resource *resource, const char *key);
bool weir_resource_descends(const struct weir_resource *resource, const struct weir_resource *from);
void weir_wake(struct weir_stage *stage);
enum weir_status weir_fail(struct weir_stage *stage, enum weir_fault fault, const char *code,
    const char *format, ...) WEIR_PRINTF(4, 5);
enum weir_status weir_fail_with(struct weir_stage *stage, const struct weir_error *error);
enum weir_status weir_reject(struct weir_stage *stage, struct weir_batch *batch, size_t row,
    const char *column, enum weir_fault fault, const char *code, const char *format, ...)
    WEIR_PRINTF(7, 8) WEIR_MUST_CHECK;
bool weir_reserve(struct weir_stage *stage, size_t bytes) WEIR_MUST_CHECK;
void weir_release(struct weir_stage *stage, size_t bytes);
void weir_log(struct weir_stage *stage, enum weir_level level, const char *format, ...)
    WEIR_PRINTF(3, 4);
void weir_secret(struct weir_stage *stage, const char *text);
void weir_give_up(struct weir_stage *stage, const struct weir_resource *resource, const char *what,
    unsigned attempts, const struct weir_error *error);
const char *weir_pipeline_name(struct weir_stage *stage);
bool weir_stopping(struct weir_stage *stage);
bool weir_incomplete(struct weir_stage *stage);
bool weir_is_offline(struct weir_stage *stage);
void weir_keep(struct weir_stage *stage, struct weir_batch *batch);
void weir_loaded(struct weir_stage *stage, struct weir_batch *batch);
void weir_dropped(struct weir_stage *stage, struct weir_batch *batch);
size_t weir_keep_max(struct weir_stage *stage);
bool weir_chain_resume(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, struct weir_resume *ret_resume);
bool weir_chain_opened(struct weir_stage *stage, const struct weir_resource *resource, size_t i,
    struct weir_opened *ret_opened);
bool weir_resource_is_read(struct weir_stage *stage, const struct weir_resource *resource);
const char *weir_last_mark(
    struct weir_stage *stage, const struct weir_resource *resource, const struct weir_id *series);
const char *weir_noted(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, uint64_t number);
const char *weir_pass_now(struct weir_stage *stage);

SIZE(weir_error, 1060);
AT(weir_error, fault, 0, 4);
AT(weir_error, code, 4, 32);
AT(weir_error, text, 36, 1024);

IS(WEIR_OK, 0);
IS(WEIR_END, 1);
IS(WEIR_AGAIN, 2);
IS(WEIR_REJECT, 3);
IS(WEIR_FAIL, 4);
IS(WEIR_FAULT_NONE, 0);
IS(WEIR_FAULT_BUG, 1);
IS(WEIR_FAULT_USAGE, 2);
IS(WEIR_FAULT_SOURCE, 3);
IS(WEIR_FAULT_DATA, 4);
IS(WEIR_FAULT_DESTINATION, 5);
IS(WEIR_FAULT_PLUGIN, 6);
IS(WEIR_FAULT_LOCKED, 7);
IS(WEIR_FAULT_MEMORY, 8);
IS(WEIR_ERROR_CODE_SIZE, 32);
IS(WEIR_ERROR_TEXT_SIZE, 1024);

enum weir_status weir_error_set(struct weir_error *error, enum weir_fault fault, const char *code,
    const char *format, ...) WEIR_PRINTF(4, 5);
bool weir_error_is_set(const struct weir_error *error);

GROWS(weir_run, 64);
AT(weir_run, pipeline, 0, 8);
AT(weir_run, id, 8, 8);
AT(weir_run, key, 16, 8);
AT(weir_run, version, 24, 8);
AT(weir_run, host, 32, 8);
AT(weir_run, pid, 40, 8);
AT(weir_run, started_at, 48, 8);
AT(weir_run, takeover, 56, 1);

SIZE(weir_generation, 56);
AT(weir_generation, id, 0, 8);
AT(weir_generation, name, 8, 8);
AT(weir_generation, table, 16, 8);
AT(weir_generation, mode, 24, 8);
AT(weir_generation, config, 32, 8);
AT(weir_generation, done, 40, 1);
AT(weir_generation, rows, 48, 8);

SIZE(weir_pass, 64);
AT(weir_pass, id, 0, 8);
AT(weir_pass, key, 8, 8);
AT(weir_pass, started_at, 16, 8);
AT(weir_pass, status, 24, 4);
AT(weir_pass, n_gaps, 32, 8);
AT(weir_pass, generations, 40, 8);
AT(weir_pass, n_generations, 48, 8);
AT(weir_pass, n_dead_letters, 56, 8);

SIZE(weir_found, 16);
AT(weir_found, open, 0, 8);
AT(weir_found, keyed, 8, 8);

SIZE(weir_place, 48);
AT(weir_place, generation, 0, 8);
AT(weir_place, chain, 8, 16);
AT(weir_place, number, 24, 8);
AT(weir_place, next, 32, 8);
AT(weir_place, done, 40, 1);

SIZE(weir_gap, 72);
AT(weir_gap, generation, 0, 8);
AT(weir_gap, chain, 8, 16);
AT(weir_gap, number, 24, 8);
AT(weir_gap, alone, 32, 1);
AT(weir_gap, label, 40, 8);
AT(weir_gap, code, 48, 8);
AT(weir_gap, reason, 56, 8);
AT(weir_gap, at, 64, 8);

SIZE(weir_marked, 56);
AT(weir_marked, resource, 0, 8);
AT(weir_marked, series, 8, 16);
AT(weir_marked, text, 24, 8);
AT(weir_marked, key, 32, 8);
AT(weir_marked, ties, 40, 16);

SIZE(weir_note, 48);
AT(weir_note, resource, 0, 8);
AT(weir_note, config, 8, 8);
AT(weir_note, chain, 16, 16);
AT(weir_note, number, 32, 8);
AT(weir_note, text, 40, 8);

GROWS(weir_reading, 40);
AT(weir_reading, place, 0, 8);
CALLS(weir_reading, place, void (*)(void *arg, const struct weir_place *place));
AT(weir_reading, gap, 8, 8);
CALLS(weir_reading, gap, void (*)(void *arg, const struct weir_gap *gap));
AT(weir_reading, mark, 16, 8);
CALLS(weir_reading, mark, void (*)(void *arg, const struct weir_marked *mark));
AT(weir_reading, arg, 24, 8);
AT(weir_reading, note, 32, 8);
CALLS(weir_reading, note, void (*)(void *arg, const struct weir_note *note));

GROWS(weir_ending, 24);
AT(weir_ending, done, 0, 1);
AT(weir_ending, abandon, 1, 1);
AT(weir_ending, exit_code, 4, 4);
AT(weir_ending, summary, 8, 8);
AT(weir_ending, finished_at, 16, 8);

SIZE(weir_dead_letter, 72);
AT(weir_dead_letter, id, 0, 8);
AT(weir_dead_letter, resource, 8, 8);
AT(weir_dead_letter, row, 16, 16);
AT(weir_dead_letter, stage, 32, 4);
AT(weir_dead_letter, column, 40, 8);
AT(weir_dead_letter, code, 48, 8);
AT(weir_dead_letter, reason, 56, 8);
AT(weir_dead_letter, at, 64, 8);

GROWS(weir_showing, 64);
AT(weir_showing, pass, 0, 8);
CALLS(weir_showing, pass, void (*)(void *arg, const struct weir_pass *pass));
AT(weir_showing, progress, 8, 8);
CALLS(weir_showing, progress,
    void (*)(
        void *arg, const char *resource, uint64_t n_chains, uint64_t n_done, uint64_t n_units));
AT(weir_showing, gap, 16, 8);
CALLS(weir_showing, gap, void (*)(void *arg, const char *resource, const struct weir_gap *gap));
AT(weir_showing, mark, 24, 8);
CALLS(weir_showing, mark, void (*)(void *arg, const struct weir_marked *mark));
AT(weir_showing, dead_letters, 32, 8);
CALLS(weir_showing, dead_letters,
    void (*)(void *arg, const char *resource, const char *code, uint64_t n));
AT(weir_showing, run, 40, 8);
CALLS(weir_showing, run,
    void (*)(void *arg, const struct weir_run *run, const char *finished_at, int exit_code,
        const char *summary));
AT(weir_showing, arg, 48, 8);
AT(weir_showing, notes, 56, 8);
CALLS(weir_showing, notes, void (*)(void *arg, const char *resource, uint64_t n));

GROWS(weir_store, 64);
AT(weir_store, size, 0, 8);
AT(weir_store, open, 8, 8);
CALLS(weir_store, open,
    enum weir_status (*)(struct weir_stage *stage, const struct weir_run *run,
        struct weir_arena *arena, struct weir_found *ret_found));
AT(weir_store, begin, 16, 8);
CALLS(weir_store, begin,
    enum weir_status (*)(
        struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old));
AT(weir_store, read, 24, 8);
CALLS(weir_store, read,
    enum weir_status (*)(struct weir_stage *stage, const struct weir_pass *pass,
        const struct weir_reading *reading));
AT(weir_store, finish, 32, 8);
CALLS(weir_store, finish,
    enum weir_status (*)(struct weir_stage *stage, const struct weir_ending *ending));
AT(weir_store, show, 40, 8);
CALLS(weir_store, show,
    enum weir_status (*)(
        struct weir_stage *stage, const char *pipeline, const struct weir_showing *showing));
AT(weir_store, reset, 48, 8);
CALLS(weir_store, reset,
    enum weir_status (*)(struct weir_stage *stage, const char *pipeline, const char *resource));
AT(weir_store, dead_letters, 56, 8);
CALLS(weir_store, dead_letters,
    enum weir_status (*)(struct weir_stage *stage, const char *pipeline, int64_t after,
        size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter), void *arg));

IS(WEIR_PASS_OPEN, 0);
IS(WEIR_PASS_DONE, 1);
IS(WEIR_PASS_ABANDONED, 2);

SIZE(weir_str, 16);
AT(weir_str, ptr, 0, 8);
AT(weir_str, len, 8, 8);

SIZE(weir_strs, 16);
AT(weir_strs, items, 0, 8);
AT(weir_strs, n, 8, 8);

struct weir_str weir_str(const char *text);
bool weir_str_equal(struct weir_str a, struct weir_str b);
bool weir_str_is(struct weir_str s, const char *text);
bool weir_strs_contain(const struct weir_strs *list, struct weir_str s);
bool weir_strs_allow(const struct weir_strs *list, struct weir_str s);
size_t weir_str_distance(const char *a, const char *b, size_t limit);
size_t weir_str_printable(struct weir_str s, char *out, size_t size);
size_t weir_str_utf8_error(struct weir_str s);
char *weir_put_utf8(char *out, uint32_t character);
int weir_hex_digit(char c);

SIZE(weir_constants, 16);
AT(weir_constants, vars, 0, 8);
AT(weir_constants, run_started_at, 8, 8);

IS(WEIR_ROOT_VARS, 1);
IS(WEIR_ROOT_RUN, 2);
IS(WEIR_ROOT_PARTITION, 4);
IS(WEIR_ROOT_RESOURCES, 8);
IS(WEIR_ROOT_INCREMENTAL, 16);
IS(WEIR_ROOT_JOB, 32);
IS(WEIR_ENCODE_NONE, 0);
IS(WEIR_ENCODE_URL, 1);

const struct weir_template *weir_template_parse(struct weir_arena *arena, struct weir_str text,
    unsigned roots, const struct weir_constants *constants, size_t *ret_offset,
    struct weir_error *ret_error);
struct weir_str weir_template_source(const struct weir_template *t);
unsigned weir_template_roots(const struct weir_template *t);
bool weir_template_is_single(const struct weir_template *t);
enum weir_status weir_template_fill(const struct weir_template *t, struct weir_arena *arena,
    enum weir_encoding encoding, weir_lookup lookup, void *arg, struct weir_str *ret_text,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
const struct weir_document *weir_document_parse(struct weir_arena *arena,
    const struct weir_node *node, unsigned roots, const struct weir_constants *constants,
    struct weir_mistakes *mistakes);
enum weir_status weir_document_fill(const struct weir_document *document, struct weir_arena *arena,
    weir_lookup lookup, void *arg, struct weir_str *ret_json,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
struct weir_str weir_url_encode(struct weir_arena *arena, struct weir_str s);
