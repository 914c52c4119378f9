#include "model_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 3 };

/* --- transactions ------------------------------------------------------------------------- */

struct model_tx *model_load_tx(struct model_load *load)
{
    struct weir_arena *arena = load->net->db->arena;
    struct model_tx *tx = weir_new(arena, struct model_tx);

    *tx = (struct model_tx){
        .arena = arena, .serial = ++load->net->n_sent, .run = load->run, .epoch = load->epoch};
    return tx;
}

static enum weir_status fail_lost(struct weir_stage *stage)
{
    ((struct model_load *)stage->state)->lost = true;
    return weir_fail(stage, WEIR_FAULT_DESTINATION, "E-LOST", "the connection is gone");
}

static enum weir_status fail_fenced(struct weir_stage *stage)
{
    ((struct model_load *)stage->state)->lost = true;
    return weir_fail(stage, WEIR_FAULT_LOCKED, "E-FENCED", "another run has taken over");
}

enum weir_status model_load_send(struct weir_stage *stage, struct model_tx *tx)
{
    struct model_load *load = stage->state;

    for (int i = 0; i < ATTEMPTS; i++) {
        enum model_answer answer = model_net_send(load->net, tx);

        load->died = answer == ANSWER_DIED;
        if (load->died)
            return fail_lost(stage);
        if (answer == ANSWER_OK)
            return WEIR_OK;
        if (load->resends && model_db_committed(load->net->db, tx->serial))
            return WEIR_OK;
        if (answer == ANSWER_REFUSED)
            return fail_fenced(stage);
        if (!load->resends)
            break;
    }
    return fail_lost(stage);
}

/* The part of a transaction that a mutation commits before all else. */
static struct model_tx *take_part(struct model_load *load, bool rows)
{
    struct model_tx *part = model_load_tx(load);
    struct model_tx *rest = load->tx;
    size_t n = 0;

    for (size_t i = 0; i < rest->n_writes; i++)
        if ((rest->writes[i].kind == TX_ROWS) == rows)
            *model_tx_write(part, TX_ROWS, 0, 0) = rest->writes[i];
        else
            rest->writes[n++] = rest->writes[i];
    rest->n_writes = n;
    rest->n_reads = 0;
    return part;
}

static struct model_tx *take_half(struct model_load *load)
{
    struct model_tx *part = model_load_tx(load);

    for (size_t i = 0; i < load->tx->n_writes; i++) {
        struct tx_write *write = &load->tx->writes[i];

        if (write->kind != TX_ROWS || write->n < 2)
            continue;
        *model_tx_write(part, TX_ROWS, 0, 0) = *write;
        part->writes[0].n = 1;
        write->rows++;
        write->n--;
        break;
    }
    return part;
}

static enum weir_status send_part(struct weir_stage *stage)
{
    struct model_load *load = stage->state;

    switch (load->net->db->mutation) {
    case MUTATION_ROWS_ALONE:
        return model_load_send(stage, take_part(load, true));
    case MUTATION_PLACES_ALONE:
        return model_load_send(stage, take_part(load, false));
    case MUTATION_HALF_UNIT:
        return model_load_send(stage, take_half(load));
    default:
        return WEIR_OK;
    }
}

enum weir_status model_load_commit(struct weir_stage *stage)
{
    struct model_load *load = stage->state;
    enum weir_status status;

    if (load->lost)
        return fail_lost(stage);
    if (!load->tx)
        return WEIR_OK;
    status = send_part(stage);
    if (status == WEIR_OK)
        status = model_load_send(stage, load->tx);
    load->tx = NULL;
    return status;
}

enum weir_status model_load_enter(struct weir_stage *stage)
{
    struct model_load *load = stage->state;

    if (load->lost)
        return fail_lost(stage);
    if (load->tx)
        return WEIR_OK;
    if (load->net->db->epoch != load->epoch && load->net->db->mutation != MUTATION_NO_FENCE)
        return fail_fenced(stage);
    load->tx = model_load_tx(load);
    return WEIR_OK;
}

/* --- the guards --------------------------------------------------------------------------- */

/* A unit on its way into a transaction. */
struct moving {
    struct weir_stage *stage;
    struct model_load *load;
    struct weir_batch *batch;
    const struct weir_unit *unit;
    size_t generation, chain;
    bool is_void; /* the answer: it is done already, or behind one that is missing */
};

static enum model_mutation mutation_of(const struct moving *m)
{
    return m->load->net->db->mutation;
}

static struct tx_write *write_of(struct moving *m, enum tx_kind kind)
{
    struct tx_write *write = model_tx_write(m->load->tx, kind, m->generation, m->chain);

    write->number = m->unit->position->number;
    return write;
}

static struct model_mark mark_of(const struct weir_unit_mark *told, struct weir_arena *arena)
{
    struct model_mark mark = {.there = true, .cursor = strtoll(told->text, NULL, 10)};

    mark.n_ties = told->ties.len / WEIR_ID_SIZE;
    mark.ties = weir_new_array(arena, mark.n_ties + 1, struct weir_id);
    if (mark.n_ties)
        memcpy(mark.ties, told->ties.ptr, told->ties.len);
    (void)snprintf(mark.key, sizeof(mark.key), "%s", told->key);
    return mark;
}

static void write_mark(struct moving *m)
{
    struct model_mark mark = mark_of(m->unit->mark, m->load->tx->arena);
    size_t series = model_chain_index(&m->unit->series);
    struct tx_write *write = write_of(m, TX_SEEN);

    write->series = series;
    write->mark = mark;
    if (mutation_of(m) == MUTATION_MARK_EARLY) {
        write = write_of(m, TX_MARK);
        write->series = series;
        write->mark = mark;
    }
}

static void write_note(struct moving *m)
{
    const struct weir_position *position = m->unit->position;
    const char *note = weir_position_note(position);

    if (mutation_of(m) == MUTATION_NOTE_OF_GAP)
        note = position->note;
    if (mutation_of(m) == MUTATION_NOTE_LOST && position->follow == WEIR_FOLLOW_FILL)
        note = NULL;
    if (note)
        write_of(m, TX_NOTE)->note = strtoull(note, NULL, 10);
}

static void write_rows(struct moving *m)
{
    const struct weir_column *columns = m->batch->columns;
    struct tx_write *write = write_of(m, TX_ROWS);
    size_t n = m->unit->n_rows;

    write->rows = weir_new_array(m->load->tx->arena, n + 1, struct db_row);
    write->n = n;
    for (size_t i = 0; i < n; i++) {
        size_t row = m->unit->first_row + i;

        write->rows[i] = (struct db_row){
            columns[0].values[row].integer, columns[1].values[row].integer, m->generation};
    }
    if (m->unit->mark)
        write_mark(m);
}

static void write_place(struct moving *m, uint64_t number, bool done)
{
    struct tx_write *write = write_of(m, TX_PLACE);

    write->number = number;
    write->flag = done;
    if (m->unit->position->next)
        (void)snprintf(write->next, sizeof(write->next), "%s", m->unit->position->next);
}

static size_t generation_of(const struct weir_stage *stage, const struct weir_resource *resource)
{
    const struct model_load *load = stage->state;

    return load->generations[resource - stage->resources[0]];
}

static void open_chains(struct moving *m)
{
    const struct weir_position *position = m->unit->position;

    for (size_t i = 0; i < position->n_openings; i++) {
        const struct weir_opening *opening = &position->openings[i];
        size_t generation = generation_of(m->stage, opening->resource);
        size_t chain = model_chain_index(&opening->chain);
        struct tx_write *write;

        if (mutation_of(m) == MUTATION_OPENING_LOST)
            continue;
        if (model_tx_place(m->load->tx, m->load->net->db, generation, chain).there &&
            mutation_of(m) != MUTATION_OPENING_ANEW)
            continue;
        write = model_tx_write(m->load->tx, TX_PLACE, generation, chain);
        (void)snprintf(write->next, sizeof(write->next), "%s", opening->next);
    }
}

static void fill(struct moving *m)
{
    const struct weir_position *position = m->unit->position;
    bool there =
        model_tx_gap(m->load->tx, m->load->net->db, m->generation, m->chain, position->number);

    if (!there && mutation_of(m) != MUTATION_FILL_TWICE) {
        m->is_void = true;
    } else if (position->left_out) {
        write_of(m, TX_GAP)->flag = true;
    } else {
        (void)write_of(m, TX_FILL);
        write_rows(m);
        write_note(m);
        open_chains(m);
    }
}

static void wait(struct moving *m)
{
    (void)write_of(m, TX_GAP);
    if (mutation_of(m) == MUTATION_WAIT_MOVES)
        write_place(m, m->unit->position->number, true);
}

static void move(struct moving *m)
{
    const struct weir_position *position = m->unit->position;

    write_place(m, position->number + 1, position->follow == WEIR_FOLLOW_END);
    if (!position->left_out) {
        write_rows(m);
        open_chains(m);
    } else if (mutation_of(m) != MUTATION_HOLE_FORGOTTEN) {
        write_of(m, TX_GAP)->flag = true;
    }
}

static enum weir_status miss(struct moving *m)
{
    m->is_void = true;
    if (weir_incomplete(m->stage))
        return WEIR_OK;
    /* A server with locks would have let nobody change anything behind the fence's back. */
    if (m->load->net->db->epoch != m->load->epoch)
        return fail_fenced(m->stage);
    return weir_fail(m->stage, WEIR_FAULT_BUG, "E-BUG", "a unit is missing before another");
}

static enum weir_status guard(struct moving *m)
{
    const struct weir_position *position = m->unit->position;
    struct db_place place;

    if (position->follow == WEIR_FOLLOW_FILL) {
        fill(m);
        return WEIR_OK;
    }
    place = model_tx_place(m->load->tx, m->load->net->db, m->generation, m->chain);
    m->is_void = place.done || place.number > position->number;
    if (m->is_void && mutation_of(m) != MUTATION_NO_GUARD)
        return WEIR_OK;
    m->is_void = false;
    if (place.number < position->number && mutation_of(m) != MUTATION_AHEAD)
        return miss(m);
    if (position->follow == WEIR_FOLLOW_WAIT)
        wait(m);
    else
        move(m);
    write_note(m);
    return WEIR_OK;
}

/* --- a batch ------------------------------------------------------------------------------ */

/* The guards of all units. Which of them are void is the answer. */
static enum weir_status execute(struct weir_stage *stage, struct weir_batch *batch, bool *ret_void)
{
    struct moving m = {.stage = stage, .load = stage->state, .batch = batch};
    enum weir_status status = WEIR_OK;

    m.generation = generation_of(stage, batch->resource);
    for (size_t i = 0; i < batch->n_units && status == WEIR_OK; i++) {
        m.unit = &batch->units[i];
        m.is_void = false;
        if (!m.unit->position)
            continue;
        m.chain = model_chain_index(&m.unit->position->chain);
        status = guard(&m);
        ret_void[i] = m.is_void;
    }
    return status;
}

enum weir_status model_load_batch(struct weir_stage *stage, struct weir_batch *batch)
{
    struct model_load *load = stage->state;
    bool *is_void = weir_new_array(batch->arena, batch->n_units, bool);
    bool *again = weir_new_array(batch->arena, batch->n_units, bool);
    enum weir_status status = model_load_enter(stage);
    size_t n_writes;

    if (status != WEIR_OK)
        return status;
    n_writes = load->tx->n_writes;
    if (!load->net->is_calm && model_chance(load->net->random, 5))
        return weir_fail(stage, WEIR_FAULT_DATA, "E-LOAD", "a row does not fit");
    status = execute(stage, batch, is_void);
    /* Its answer was lost, so it is said again; the rows of the first one are there by then. */
    if (status == WEIR_OK && !load->net->is_calm && model_chance(load->net->random, 20))
        status = execute(stage, batch, again);
    if (status != WEIR_OK) {
        load->tx->n_writes = n_writes;
        return status;
    }
    for (size_t i = 0; i < batch->n_units; i++)
        if (is_void[i])
            weir_batch_void_unit(batch, i);
    return WEIR_OK;
}
