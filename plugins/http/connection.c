#include "connection.h"

#include "auth/base64.h"
#include "client/client.h"
#include "client/proxy.h"
#include "options.h"

#include <stdlib.h>
#include <string.h>
#include <weir/loop.h>

/* The address as a whole is known to be a secret; its password alone, and how a header has it, may
 * come back in an answer. */
static void hide_login(struct weir_stage *stage, const struct http_proxy *proxy)
{
    if (!proxy->password || !*proxy->password)
        return;
    weir_secret(stage, proxy->password);
    weir_secret(stage, proxy->raw_password);
    weir_secret(stage,
        http_base64(stage->arena,
            weir_printf(stage->arena, "%s:%s", proxy->user ? proxy->user : "", proxy->password)));
}

/* The variables that libcurl goes by. */
static void hide_logins_of_environment(struct weir_stage *stage)
{
    static const char *const names[] = {
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *value = getenv(names[i]);
        struct http_proxy proxy = {0};

        /* Whether it is an address that weir would take is not asked here. */
        if (value && !strstr(value, "://"))
            value = weir_printf(stage->arena, "http://%s", value);
        if (value)
            (void)http_proxy_parse(value, stage->arena, &proxy);
        hide_login(stage, &proxy);
    }
}

static void set_proxy(
    struct weir_stage *stage, const char *address, struct http_client_config *config)
{
    struct http_proxy proxy;

    config->proxy = address;
    if (!address)
        return;
    if (http_proxy_is_of_environment(address)) {
        hide_logins_of_environment(stage);
    } else if (http_proxy_parse(address, stage->arena, &proxy)) {
        config->proxy_host = proxy.host;
        hide_login(stage, &proxy);
    }
}

struct http_client *http_connection_open(
    struct weir_stage *stage, size_t max_connections, struct weir_error *ret_error)
{
    const struct http_options *options = stage->state;
    struct http_client_config config = {
        .connect_timeout_ms = options->timeout.connect,
        .stall_timeout_ms = options->timeout.stall,
        .max_body = options->max_response_size,
        .max_connections = max_connections,
        .user_agent = options->user_agent,
        .public_only = options->addresses == HTTP_ADDRESSES_PUBLIC,
        .ca_file = options->tls.ca_file,
        .insecure = options->tls.insecure,
        .two = options->http_version == HTTP_VERSION_AUTO,
        .cert_file = options->tls.cert_file,
        .key_file = options->tls.key_file,
        .key_password = options->tls.key_password.text,
    };

    set_proxy(stage, options->proxy.text, &config);
    if (options->tls.insecure)
        weir_log(stage, WEIR_LOG_WARNING,
            "tls.insecure is on: certificates are not checked, and whoever sits on the line can "
            "read and change everything");
    return http_client_new(weir_loop(stage), &config, ret_error);
}
