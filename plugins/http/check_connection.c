/* The connection's options against each other: what a table of options cannot say. */
#include "check.h"
#include "options.h"

static void check_tls(
    const struct http_tls *tls, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    if (tls->cert_file)
        return;
    if (tls->key_file)
        weir_mistake(mistakes, weir_node_get(node, "key_file"), 0, "E-REQUIRED",
            "'key_file' needs 'cert_file': a key alone says nothing");
    else if (tls->key_password.text)
        weir_mistake(mistakes, weir_node_get(node, "key_password"), 0, "E-REQUIRED",
            "'key_password' needs 'cert_file', and 'key_file' where the key is in a file of its "
            "own");
}

void http_check_connection(const struct http_options *options, const struct weir_node *config,
    struct weir_mistakes *mistakes)
{
    check_tls(&options->tls, weir_node_get(config, "tls"), mistakes);
}
