/* The mistakes in a pipeline file, as a person or a program reads them. */
#ifndef FILE_SHOW_MISTAKES_H
#define FILE_SHOW_MISTAKES_H

#include "yaml_source.h"

#include <stdio.h>

/*
 * Each in a line of the form file:LINE:COLUMN: error[CODE]: text, with the line of
 * the file and a caret below it, in the order of the file; then how many there
 * are. Prints nothing when there are none.
 */
void show_mistakes(
    struct weir_mistakes *mistakes, const struct yaml_source *source, bool color, FILE *out);

/* The same as JSON, an object a line, without the lines of the file. */
void show_mistakes_json(
    struct weir_mistakes *mistakes, const struct yaml_source *source, FILE *out);

#endif
