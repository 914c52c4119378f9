/* The connection's options against each other: what a table of options cannot say. */
#include "check.h"
#include "client/proxy.h"
#include "options.h"
#include "request/header.h"

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

/* The value is not shown: what is wrong with it may be where its password stands. */
static void check_proxy(const struct http_options *options, const struct weir_node *config,
    struct weir_mistakes *mistakes)
{
    const char *proxy = options->proxy.text;
    const struct weir_node *node = weir_node_get(config, "proxy");
    struct http_proxy parts;

    if (!proxy)
        return;
    if (!http_proxy_is_of_environment(proxy) && !http_proxy_parse(proxy, mistakes->arena, &parts))
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "'proxy' needs an address with a port, such as http://proxy.example.org:3128, or env");
    if (options->addresses == HTTP_ADDRESSES_PUBLIC)
        weir_mistake(mistakes, node, 0, "E-VALUE",
            "'proxy' and 'addresses: public' exclude each other: what a proxy connects to cannot "
            "be seen from here");
}

static void check_user_agent(
    const char *user_agent, const struct weir_node *config, struct weir_mistakes *mistakes)
{
    const struct weir_node *node = weir_node_get(config, "user_agent");

    if (user_agent && !http_header_value_is_valid(weir_str(user_agent)))
        weir_mistake(mistakes, node ? node : config, 0, "E-HEADER",
            "'user_agent' holds a line break or another control byte");
}

void http_check_connection(const struct http_options *options, const struct weir_node *config,
    struct weir_mistakes *mistakes)
{
    check_tls(&options->tls, weir_node_get(config, "tls"), mistakes);
    check_proxy(options, config, mistakes);
    check_user_agent(options->user_agent, config, mistakes);
}
