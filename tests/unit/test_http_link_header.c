/* Link headers: what servers send, and what they should not. */
#include "node_checks.h"

#include "../../plugins/http/paging/link_header.h"

static void check(const char *header, const char *rel, const char *target)
{
    struct weir_str found = http_link_find(header, rel);

    if (!target) {
        if (found.ptr)
            fail_msg("found %.*s in %s", WEIR_STR_ARG(found), header);
        return;
    }
    if (!found.ptr)
        fail_msg("found nothing in %s", header);
    if (!weir_str_is(found, target))
        fail_msg("found %.*s in %s", WEIR_STR_ARG(found), header);
}

static void finds_a_relation_among_several(void **state)
{
    const char *header = "<http://h/p?page=1>; rel=\"first\", <http://h/p?page=3>; rel=\"next\", "
                         "<http://h/p?page=9>; rel=\"last\"";

    (void)state;
    check(header, "first", "http://h/p?page=1");
    check(header, "next", "http://h/p?page=3");
    check(header, "last", "http://h/p?page=9");
    check(header, "prev", NULL);
}

static void reads_every_form_of_parameters(void **state)
{
    (void)state;
    check("<u>; rel=next", "next", "u");
    check("<u>;rel=\"next\"", "next", "u");
    check("<u> ; title=\"a, b; c\" ; REL = \"NEXT\"", "next", "u");
    check("<u>; rel=\"prev next\"", "next", "u");
    check("<u>; rel=\"nextish\"", "next", NULL);
    check("<u>; rel=\"prev\"; rel=\"next\"", "next", NULL);
    check("<u>; xrel=next", "next", NULL);
    check("<u>; title=\"say \\\"rel=next\\\"\"; rel=last, <v>; rel=next", "next", "v");
}

static void commas_in_targets_are_no_borders(void **state)
{
    (void)state;
    check("<http://h/a,b;c>; rel=\"prev\", <http://h/d,e>; rel=\"next\"", "next", "http://h/d,e");
}

static void broken_headers_give_nothing(void **state)
{
    (void)state;
    check("", "next", NULL);
    check("<", "next", NULL);
    check("<u", "next", NULL);
    check("<u>", "next", NULL);
    check("<u>;", "next", NULL);
    check("<u>; rel", "next", NULL);
    check("<u>; rel=", "next", NULL);
    check("<u>; rel=\"next", "next", "u");
    check("<u>; rel=\"\\", "next", NULL);
    check(",,,;;;<>;;rel=next", "next", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_relation_among_several),
        cmocka_unit_test(reads_every_form_of_parameters),
        cmocka_unit_test(commas_in_targets_are_no_borders),
        cmocka_unit_test(broken_headers_give_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
