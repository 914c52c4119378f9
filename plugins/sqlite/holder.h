/* Who holds a lock on a database, as far as the system tells. */
#ifndef SQLITE_HOLDER_H
#define SQLITE_HOLDER_H

struct lock_holder {
    char text[64]; /* "process 4711 (sqlite3)" or "another connection" */
};

/* Opens no file of the database: closing it again would drop this process's locks. */
void lock_holder_find(struct lock_holder *holder, const char *path);

#endif
