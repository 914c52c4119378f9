/*
 * The only file that knows simdjson. It uses the first stage as the parsers of
 * that library do; the second is ours, since On-Demand checks only what it is
 * asked for and forgets where things end.
 */
#include "json_tokens.h"

#include <memory>

#include <simdjson.h>

static_assert(
    JSON_TOKENS_PADDING >= simdjson::SIMDJSON_PADDING, "bodies are padded enough for simdjson");

namespace
{

using parser = simdjson::internal::dom_parser_implementation;

constexpr size_t SMALLEST_CAPACITY = 64 * 1024;
constexpr size_t KEPT_CAPACITY = 1024 * 1024;

parser *parser_for(json_tokens *tokens, size_t length)
{
    parser *current = static_cast<parser *>(tokens->parser);
    size_t capacity = length < SMALLEST_CAPACITY ? SMALLEST_CAPACITY : length;
    std::unique_ptr<parser> made;

    if (current && current->capacity() >= length)
        return current;
    json_tokens_done(tokens);
    /* Depth is of the second stage, which is not used. */
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, made))
        return nullptr;
    current = made.release();
    tokens->parser = current;
    return current;
}

json_tokens_fault fault_of(simdjson::error_code error)
{
    switch (error) {
    case simdjson::SUCCESS:
        return JSON_TOKENS_OK;
    case simdjson::EMPTY:
        return JSON_TOKENS_EMPTY;
    case simdjson::UNCLOSED_STRING:
    case simdjson::UNESCAPED_CHARS:
        return JSON_TOKENS_STRING;
    case simdjson::UTF8_ERROR:
        return JSON_TOKENS_UTF8;
    default:
        return JSON_TOKENS_OTHER;
    }
}

} // namespace

void json_tokens_init(struct json_tokens *tokens)
{
    *tokens = json_tokens{nullptr, nullptr, 0};
}

void json_tokens_done(struct json_tokens *tokens)
{
    delete static_cast<parser *>(tokens->parser);
    json_tokens_init(tokens);
}

enum json_tokens_fault json_tokens_find(struct json_tokens *tokens, const char *text, size_t length)
{
    parser *p;
    simdjson::error_code error;

    if (length == 0)
        return JSON_TOKENS_EMPTY;
    if (length >= simdjson::SIMDJSON_MAXSIZE_BYTES)
        return JSON_TOKENS_TOO_LARGE;
    p = parser_for(tokens, length);
    if (!p)
        return JSON_TOKENS_NO_MEMORY;
    error =
        p->stage1(reinterpret_cast<const uint8_t *>(text), length, simdjson::stage1_mode::regular);
    if (!error && p->structural_indexes[p->n_structural_indexes] != length)
        return JSON_TOKENS_OTHER;
    tokens->at = p->structural_indexes.get();
    tokens->n = p->n_structural_indexes;
    return fault_of(error);
}

void json_tokens_shrink(struct json_tokens *tokens)
{
    parser *current = static_cast<parser *>(tokens->parser);

    if (current && current->capacity() > KEPT_CAPACITY)
        json_tokens_done(tokens);
}
