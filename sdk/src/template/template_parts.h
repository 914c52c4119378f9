/*
 * What a template is made of, for its neighbours: documents are templates too,
 * and options look for secrets in them.
 */
#ifndef TEMPLATE_PARTS_H
#define TEMPLATE_PARTS_H

#include <weir/template.h>

/* A piece of the text: as it stands, known since the file was read, or still to be filled. */
struct template_part {
    enum weir_root root;              /* 0: no placeholder */
    struct weir_str text;             /* the text itself; of a placeholder to be filled, its name */
    struct weir_str url;              /* the text as it goes into a URL */
    const struct weir_node *constant; /* of {vars.x}: the node, which has the kind */
};

struct weir_template {
    struct weir_str source;
    const struct template_part *parts;
    size_t n_parts;
    unsigned roots;
};

/* Does a placeholder open anywhere in the text? */
bool template_opens(struct weir_str text);
/* E-TEMPLATE for a placeholder without value. */
enum weir_status template_no_value(
    const struct template_part *part, bool is_null, struct weir_error *ret_error);
const char *template_root_name(enum weir_root root);
/* Warns of the first "{word.name}" of which the word is nearly that of a placeholder. */
void template_warn_of_near(struct weir_mistakes *mistakes, const struct weir_node *node);

#endif
