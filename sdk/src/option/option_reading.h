/*
 * One value on its way from the file into the field of a struct.
 *
 * option.c walks tables and maps; option_value.c reads the values that are one
 * scalar, option_list.c those that are lists and maps of scalars. What they have
 * in common is here: who is read, how messages call it, and how they refuse it.
 */
#ifndef OPTION_READING_H
#define OPTION_READING_H

#include "option_words.h"

struct option_reading {
    const struct weir_option_context *context;
    const struct weir_option *row;
    size_t stride;    /* of nested tables, which are as old as the row's own */
    const char *what; /* how messages call it: "'max'", "item 2 of 'columns'" */
    unsigned depth;   /* of nested tables */
    bool from_table;  /* the plugin's own default, not something that the user wrote */
};

/* The value may not be shown: it is a secret, or holds something of the environment. */
bool option_is_hidden(const struct option_reading *reading, const struct weir_node *node);
/* "'eight'", "a list", "nothing", ...: the value as a message may show it. */
const char *option_got(const struct option_reading *reading, const struct weir_node *node);
/* "'max' needs <needs>, got 'eight'<hint>", as E-VALUE; returns false. */
bool option_refuse(const struct option_reading *reading, const struct weir_node *node,
    const char *needs, const char *hint);
/* A fault at some byte of the node's text, found by the parser of its language; returns false. */
bool option_refuse_part(const struct option_reading *reading, const struct weir_node *node,
    size_t offset, const struct weir_error *error);
/* The same option under another name for messages. */
struct option_reading option_reading_of(
    const struct option_reading *reading, const char *format, ...) WEIR_PRINTF(2, 3);

/* One node may be read for several resources, and is to be warned of once. */
bool option_is_warned(const struct weir_mistakes *mistakes, const struct weir_node *node);
size_t option_characters(struct weir_str text);
/* The node's text as a C string in the context's arena; NULL and a mistake where it is none. */
const char *option_text(const struct option_reading *reading, const struct weir_node *node);
/* Tells the engine of what is secret in the node: of a secret all, of a sensitive option what
 * comes from the environment. */
void option_tell_secret(const struct option_reading *reading, const struct weir_node *node);
const struct weir_template *option_template(
    const struct option_reading *reading, const struct weir_node *node);

/* Reads a scalar into a field of the row's type. */
bool option_value(
    const struct option_reading *reading, const struct weir_node *node, void *ret_field);
bool option_texts(const struct option_reading *reading, const struct weir_node *node,
    struct weir_strs *ret_texts);
bool option_pairs(const struct option_reading *reading, const struct weir_node *node,
    struct weir_pairs *ret_pairs);
bool option_templates(const struct option_reading *reading, const struct weir_node *node,
    struct weir_templates *ret_templates);
bool option_document(const struct option_reading *reading, const struct weir_node *node,
    const struct weir_document **ret_document);

/* The default of a row as the node that the user would have written; NULL when it is no text
 * that stands for one. */
const struct weir_node *option_initial(
    const struct weir_option_context *context, const struct weir_option *row);

#endif
