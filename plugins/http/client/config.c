#include "config.h"

#include <unistd.h>

struct http_client_config http_config_copy(
    const struct http_client_config *config, struct weir_arena *arena)
{
    struct http_client_config copy = *config;
    const char **texts[] = {&copy.user_agent, &copy.proxy, &copy.proxy_host, &copy.ca_file,
        &copy.cert_file, &copy.key_file, &copy.key_password};

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (*texts[i])
            *texts[i] = weir_copy_text(arena, *texts[i]);
    return copy;
}

enum weir_status http_config_check_files(
    const struct http_client_config *config, struct weir_error *ret_error)
{
    const struct {
        const char *option, *path;
    } files[] = {
        {"tls.ca_file", config->ca_file},
        {"tls.cert_file", config->cert_file},
        {"tls.key_file", config->key_file},
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        if (files[i].path && access(files[i].path, R_OK) != 0)
            return weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-TLS", "%s: cannot read %s",
                files[i].option, files[i].path);
    return WEIR_OK;
}
