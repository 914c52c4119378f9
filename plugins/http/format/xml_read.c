#include "xml_read.h"

#include "xml_tree.h"

#include <expat.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <weir/json.h>

struct reading {
    XML_Parser parser;
    const char *record;
    enum xml_part part;
    struct xml_tree tree;
    struct xml_node *open[XML_MAX_DEPTH]; /* NULL: it belongs to nothing that is kept */
    size_t depth;
    size_t skip; /* of the record that is passed over, counted from 1; 0: none is */
    struct weir_buf *out;
    struct weir_error *error;
};

/* The place is where the parser stands. */
static void fail(struct reading *r, enum weir_fault fault, const char *code, const char *text)
{
    if (!weir_error_is_set(r->error))
        (void)weir_error_set(r->error, fault, code, "%s, at line %llu column %llu (byte %lld)",
            text, (unsigned long long)XML_GetCurrentLineNumber(r->parser),
            (unsigned long long)XML_GetCurrentColumnNumber(r->parser) + 1,
            (long long)XML_GetCurrentByteIndex(r->parser));
    (void)XML_StopParser(r->parser, XML_FALSE);
}

static bool check_size(struct reading *r)
{
    if (r->tree.n_bytes <= WEIR_JSON_MAX_RECORD && r->tree.n_nodes <= XML_MAX_NODES)
        return true;
    fail(r, WEIR_FAULT_DATA, "E-LIMIT-RECORD",
        r->part == XML_REST ? "too much stands around the records; is the record's name right?"
                            : "a record of more than 16 MiB or a million elements");
    return false;
}

/* What the element becomes part of; false: of nothing. */
static bool is_kept(const struct reading *r, const char *name, struct xml_node **ret_parent)
{
    *ret_parent = r->depth ? r->open[r->depth - 1] : NULL;
    if (r->part == XML_RECORDS)
        return *ret_parent || strcmp(name, r->record) == 0;
    return !r->skip && (r->depth == 0 || *ret_parent);
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *r = arg;
    struct xml_node *parent, *node = NULL;

    if (weir_error_is_set(r->error))
        return;
    if (r->depth == XML_MAX_DEPTH) {
        fail(r, WEIR_FAULT_DATA, "E-XML-DEPTH", "nested deeper than 128 levels");
        return;
    }
    if (r->part == XML_REST && !r->skip && r->depth && strcmp(name, r->record) == 0)
        r->skip = r->depth + 1;
    if (is_kept(r, name, &parent)) {
        node = xml_tree_add(&r->tree, parent, weir_str(name));
        for (size_t i = 0; attributes[i]; i += 2)
            xml_tree_add_text(&r->tree, xml_tree_add(&r->tree, node, weir_str(attributes[i])),
                weir_str(attributes[i + 1]));
        if (!check_size(r))
            return;
    }
    r->open[r->depth++] = node;
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
    struct reading *r = arg;
    struct xml_node *node;
    bool is_root;

    (void)name;
    /* The end of an element without content is told even if its beginning stopped the parser. */
    if (weir_error_is_set(r->error))
        return;
    node = r->open[--r->depth];
    is_root = node && (r->depth == 0 || !r->open[r->depth - 1]);
    if (r->skip == r->depth + 1)
        r->skip = 0;
    if (!is_root)
        return;
    if (!xml_tree_write(&r->tree, node, r->out) || !weir_buf_add_text(r->out, "\n"))
        fail(r, WEIR_FAULT_DATA, "E-LIMIT-BODY", "the rows take more than the answer may have");
    xml_tree_clear(&r->tree);
}

static void XMLCALL on_text(void *arg, const XML_Char *text, int n)
{
    struct reading *r = arg;
    struct xml_node *node = r->depth ? r->open[r->depth - 1] : NULL;

    if (!node || weir_error_is_set(r->error))
        return;
    xml_tree_add_text(&r->tree, node, (struct weir_str){text, (size_t)n});
    (void)check_size(r);
}

/* Entities are declared there, each of which may stand for any number of others. */
static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
    const XML_Char *public_id, int has_internal_subset)
{
    struct reading *r = arg;

    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    if (strcasecmp(name, "html") == 0)
        fail(r, WEIR_FAULT_DATA, "E-BODY-SHAPE",
            "the answer looks like HTML (a sign-in or error page?), not XML");
    else
        fail(r, WEIR_FAULT_DATA, "E-XML",
            "a document type declaration, which is not read, as it could declare entities without "
            "end");
}

/* Any of these is most often not what was asked for but somebody's in between. */
static const char *wrong_shape(struct weir_str body)
{
    size_t i = 0;

    while (i < body.len && strchr(" \t\r\n", body.ptr[i]) && body.ptr[i])
        i++;
    if (i == body.len)
        return "the answer is empty";
    if (body.ptr[i] == '{' || body.ptr[i] == '[')
        return "the answer looks like JSON, not XML";
    if (body.len - i > 5 && strncasecmp(body.ptr + i, "<html", 5) == 0)
        return "the answer looks like HTML (a sign-in or error page?), not XML";
    return NULL;
}

static void parse(struct reading *r, struct weir_str body)
{
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    /* In one piece: a token that comes in many is looked at from its beginning with each. */
    if (XML_Parse(r->parser, body.ptr, (int)body.len, XML_TRUE) != XML_STATUS_OK)
        fail(r, WEIR_FAULT_DATA, "E-XML", XML_ErrorString(XML_GetErrorCode(r->parser)));
}

enum weir_status http_xml_read(struct weir_str body, const char *record, enum xml_part part,
    struct weir_buf *out, struct weir_error *ret_error)
{
    struct weir_error error = {0};
    struct reading r = {.record = record, .part = part, .out = out, .error = &error};
    const char *shape = wrong_shape(body);

    if (shape)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-BODY-SHAPE", "%s", shape);
    if (body.len > INT_MAX)
        return weir_error_set(
            ret_error, WEIR_FAULT_DATA, "E-LIMIT-BODY", "XML of more than 2 GiB is not read");
    r.parser = XML_ParserCreate(NULL);
    if (!r.parser)
        weir_out_of_memory();
    parse(&r, body);
    XML_ParserFree(r.parser);
    xml_tree_clear(&r.tree);
    if (!weir_error_is_set(&error))
        return WEIR_OK;
    return weir_error_set(ret_error, error.fault, error.code, "%s", error.text);
}
