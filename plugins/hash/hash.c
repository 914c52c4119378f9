/* hash - put digests in the place of values. See README.md. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>
#include <weir/buf.h>
#include <weir/plugin.h>
#include <weir/version.h>

enum {
    DIGEST_SIZE = 32,
    HEX_SIZE = 2 * DIGEST_SIZE,
    ROW_MAX = 64 * 1024 * 1024,
};

struct hash {
    struct weir_strs columns;
    const char *into;
    struct weir_secret salt;
};

static const struct weir_option options[] = {
    WEIR_TEXTS(struct hash, columns, .required = true, .min = 1, .max = 1000,
        .example = "[email, phone]",
        .help =
            "Columns whose values are hashed. One that a batch lacks is skipped, and nulls stay."),
    WEIR_TEXT(struct hash, into, .min = 1, .example = "row_id",
        .help = "Leave the columns as they are, and put one digest of all their values, nulls "
                "among them, into this one: a key where the source has none."),
    WEIR_SECRET(struct hash, salt, .example = "${PII_SALT}",
        .help =
            "Makes it HMAC-SHA-256 with this key, so that nobody without it can find a value by "
            "hashing guesses."),
    {0},
};

static void hash_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    const struct hash *hash = stage->state;

    if (hash->salt.text && !*hash->salt.text)
        weir_mistake(mistakes, weir_node_get(stage->config, "salt"), 0, "E-VALUE",
            "an empty salt protects nothing; leave it out, or give it a value");
}

static struct weir_str hex(struct weir_arena *arena, const unsigned char *digest)
{
    static const char digits[] = "0123456789abcdef";
    char *text = weir_alloc(arena, HEX_SIZE);

    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    return (struct weir_str){text, HEX_SIZE};
}

static struct weir_value digest_of(
    const struct hash *hash, struct weir_str bytes, struct weir_arena *arena)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    const unsigned char *data = (const unsigned char *)bytes.ptr;

    if (hash->salt.text)
        (void)HMAC(EVP_sha256(), hash->salt.text, (int)strlen(hash->salt.text), data, bytes.len,
            digest, NULL);
    else
        (void)SHA256(data, bytes.len, digest);
    return weir_text(WEIR_TEXT, hex(arena, digest));
}

/* What a person reads, so that a number and its digits as text are one; bytes as they are. */
static struct weir_str bytes_of(const struct weir_value *value, struct weir_arena *arena)
{
    return value->kind == WEIR_BYTES ? weir_value_str(value)
                                     : weir_value_format(value, arena, false);
}

static void hash_column(
    const struct hash *hash, struct weir_batch *batch, size_t column, struct weir_arena *arena)
{
    struct weir_value *values = batch->columns[column].values;

    for (size_t r = 0; r < batch->n_rows; r++)
        if (values[r].kind != WEIR_NULL)
            values[r] = digest_of(hash, bytes_of(&values[r], arena), batch->arena);
    weir_column_recount(&batch->columns[column], batch->n_rows);
}

/* A JSON array, so that no two rows that differ are written alike. */
static bool write_row(const struct hash *hash, const struct weir_batch *batch, size_t row,
    struct weir_arena *arena, struct weir_buf *buf)
{
    bool fits = weir_buf_add_text(buf, "[");

    for (size_t i = 0; i < hash->columns.n && fits; i++) {
        size_t c = weir_batch_find(batch, weir_str(hash->columns.items[i]));
        struct weir_value value = c == SIZE_MAX ? weir_null() : batch->columns[c].values[row];
        struct weir_str text = weir_value_format(&value, arena, true);

        fits = (i == 0 || weir_buf_add_text(buf, ",")) && weir_buf_add(buf, text.ptr, text.len);
    }
    return fits && weir_buf_add_text(buf, "]");
}

static enum weir_status hash_rows(
    struct weir_stage *stage, struct weir_batch *batch, struct weir_arena *arena)
{
    const struct hash *hash = stage->state;
    struct weir_column *column = &batch->columns[weir_batch_column(batch, weir_str(hash->into))];
    enum weir_status status = WEIR_OK;
    struct weir_buf buf;

    weir_buf_init(&buf, ROW_MAX, 0);
    for (size_t r = 0; r < batch->n_rows && status == WEIR_OK; r++) {
        weir_buf_reset(&buf);
        if (write_row(hash, batch, r, arena, &buf))
            column->values[r] = digest_of(hash, (struct weir_str){buf.ptr, buf.len}, batch->arena);
        else
            status = weir_fail(stage, WEIR_FAULT_DATA, "E-LIMIT",
                "the values to be hashed together take more than %d MiB", ROW_MAX >> 20);
    }
    weir_buf_done(&buf);
    weir_column_recount(column, batch->n_rows);
    return status;
}

static enum weir_status hash_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct hash *hash = stage->state;
    struct weir_arena *arena = weir_arena_new(); /* for what is hashed, and not kept */
    enum weir_status status = WEIR_OK;

    if (hash->into)
        status = hash_rows(stage, batch, arena);
    for (size_t i = 0; i < hash->columns.n && !hash->into; i++) {
        size_t c = weir_batch_find(batch, weir_str(hash->columns.items[i]));

        if (c != SIZE_MAX)
            hash_column(hash, batch, c, arena);
    }
    weir_arena_free(arena);
    return status;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "hash",
    .summary = "Put digests in the place of values, or make a key of several.",
    .version = WEIR_VERSION,
    .threading = WEIR_IN_PARALLEL,
    .flags = WEIR_ROW_BY_ROW,
    .state_size = sizeof(struct hash),
    .options = options,
    .check = hash_check,
    .transform = hash_transform,
};
