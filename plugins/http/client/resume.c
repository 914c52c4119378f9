/* What goes on after a pause, and what is begun anew. */
#include "inside.h"

static void begin_anew(struct http_client *client, struct http_transfer *transfer)
{
    if (http_transfer_begin_anew(transfer) && http_client_hand_over(client, transfer))
        client->n_sent++;
    else
        http_client_tell_soon(client, transfer);
}

void http_client_fall_back(struct http_client *client, struct http_transfer *transfer)
{
    http_versions_give_up(&client->versions, transfer->origin);
    http_transfers_link(&client->in_flight, transfer);
    transfer->has_left = true;
    if (!transfer->is_paused)
        begin_anew(client, transfer);
}

static void go_on(struct http_client *client, struct http_transfer *transfer)
{
    transfer->clock_ms = 0; /* the server is not to blame for the pause */
    if (curl_easy_pause(transfer->easy, CURLPAUSE_CONT) == CURLE_OK)
        return;
    /* What libcurl held back was refused, or could not be handed on: it tells nobody else. */
    if (!weir_error_is_set(&transfer->response.error))
        transfer->response.retryable = true;
    weir_error_set(&transfer->response.error, WEIR_FAULT_SOURCE, "E-HTTP-RESET",
        "the answer could not be read on after a pause");
    http_client_tell_soon(client, transfer);
}

void http_transfer_resume(struct http_transfer *transfer)
{
    struct http_client *client = transfer->client;

    transfer->is_paused = false;
    if (!transfer->falls_back)
        go_on(client, transfer);
    else if (transfer->has_left)
        begin_anew(client, transfer);
}

/* Those that this turn has no time for either wait for the one behind it. */
static void on_next(uv_idle_t *idle)
{
    struct http_client *client = idle->data;
    struct http_transfer *next;

    uv_idle_stop(idle);
    client->turn.n_yielding = 0;
    http_turn_begin(&client->turn);
    for (struct http_transfer *t = client->in_flight.first; t; t = next) {
        next = t->next;
        if (!t->yields)
            continue;
        if (http_turn_is_over(&client->turn)) {
            client->turn.n_yielding++;
            continue;
        }
        t->yields = false;
        go_on(client, t);
    }
    http_client_look_after_turn(client);
}

void http_client_look_after_turn(struct http_client *client)
{
    if (client->turn.n_yielding > 0)
        uv_idle_start(&client->next, on_next);
}
