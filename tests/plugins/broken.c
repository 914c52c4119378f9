/* broken - one way to be wrong for each macro; the engine must refuse all but SHORT_STRUCT. */
#include <weir/plugin.h>

static enum weir_status __attribute__((unused))
pass(struct weir_stage *stage, struct weir_batch *batch)
{
    (void)stage;
    (void)batch;
    return WEIR_OK;
}

#ifdef SHORT_STRUCT
static enum weir_status unseen_commit(struct weir_stage *stage)
{
    return weir_fail(stage, WEIR_FAULT_BUG, "E-BUG", "a field beyond the declared size was read");
}
#endif

#ifdef UNRESOLVED
void weir_there_is_no_such_function(void);
#endif

#ifdef NO_STATE
static const struct weir_option options[] = {{.name = "x", .type = WEIR_OPTION_TEXT}, {0}};
#endif

#ifdef NO_SYMBOL
WEIR_EXPORT extern const struct weir_plugin another_name;
const struct weir_plugin another_name = {
#else
const struct weir_plugin weir_plugin = {
#endif
    .name = "broken",
    .summary = "Be wrong in one way.",
#if defined(NEWER_ABI)
    .header = {WEIR_ABI + 1, sizeof(struct weir_plugin), sizeof(struct weir_option), 0},
#elif defined(OLDER_ABI)
    .header = {WEIR_ABI - 1, sizeof(struct weir_plugin), sizeof(struct weir_option), 0},
#elif defined(SMALL_STRUCT)
    .header = {WEIR_ABI, 16, sizeof(struct weir_option), 0},
#elif defined(SHORT_STRUCT)
    /* As a plugin built before the last fields were added: to be run, not refused. */
    .header = {WEIR_ABI, offsetof(struct weir_plugin, decode), sizeof(struct weir_option), 0},
    .commit = unseen_commit,
#else
    .header = WEIR_HEADER,
#endif
#ifdef TWO_ROLES
    .load = pass,
#endif
#ifdef NO_STATE
    .options = options,
#endif
#ifdef ON_LOOP
    .threading = WEIR_ON_LOOP,
#endif
#ifdef UNRESOLVED
    .stop = (void (*)(struct weir_stage *))weir_there_is_no_such_function,
#endif
#ifdef NO_ROLE
    .check = NULL,
#else
    .transform = pass,
#endif
};
