/* What crosses the border of a shared object, and the compiler's help with it. */
#ifndef WEIR_EXPORT_H
#define WEIR_EXPORT_H

/* Everything is compiled with hidden visibility; these two are the exceptions:
 * what libweir offers, and the one symbol that a plugin has. */
#define WEIR_API __attribute__((visibility("default")))
#define WEIR_EXPORT __attribute__((visibility("default")))

/* A result that says whether something failed may not be dropped in silence. */
#define WEIR_MUST_CHECK __attribute__((warn_unused_result))
#define WEIR_PRINTF(at, first) __attribute__((format(printf, at, first)))

#endif
