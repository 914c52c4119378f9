#include "shared_object.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_SEGMENTS = 256 };

/* Debian runs on 64-bit machines of either kind; the program itself knows which. */
#if defined(__x86_64__)
#    define THIS_MACHINE EM_X86_64
#elif defined(__aarch64__)
#    define THIS_MACHINE EM_AARCH64
#else
#    define THIS_MACHINE EM_NONE
#endif

static enum weir_status refuse(struct weir_error *error, const char *path, const char *reason)
{
    return weir_error_set(
        error, WEIR_FAULT_PLUGIN, "E-PLUGIN-LOAD", "cannot load %s: %s", path, reason);
}

static bool read_at(int fd, void *bytes, size_t size, uint64_t offset)
{
    return pread(fd, bytes, size, (off_t)offset) == (ssize_t)size;
}

static const char *header_fault(const ElfW(Ehdr) * header)
{
    const unsigned char class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;

    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return "it is no shared object (not in ELF format)";
    if (header->e_ident[EI_CLASS] != class ||
        (THIS_MACHINE != EM_NONE && header->e_machine != THIS_MACHINE))
        return "it was built for another kind of machine";
    if (header->e_type != ET_DYN)
        return "it is an ELF file, but no shared object; link it with -shared";
    if (!header->e_phnum || header->e_phnum > MAX_SEGMENTS ||
        header->e_phentsize != sizeof(ElfW(Phdr)))
        return "its program headers make no sense";
    return NULL;
}

/* All that would be mapped must be in the file. */
static const char *segment_fault(int fd, const ElfW(Ehdr) * header, uint64_t file_size)
{
    ElfW(Phdr) segments[MAX_SEGMENTS];

    if (!read_at(fd, segments, header->e_phnum * sizeof(segments[0]), header->e_phoff))
        return "it was cut short";
    for (int i = 0; i < header->e_phnum; i++)
        if (segments[i].p_offset > file_size ||
            segments[i].p_filesz > file_size - segments[i].p_offset)
            return "it was cut short";
    return NULL;
}

static const char *file_fault(int fd)
{
    ElfW(Ehdr) header;
    struct stat st;
    const char *fault;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return "it is not a file; a plugin is a shared object";
    if (!read_at(fd, &header, sizeof(header), 0))
        return "it is no shared object (too small for one)";
    fault = header_fault(&header);
    return fault ? fault : segment_fault(fd, &header, (uint64_t)st.st_size);
}

enum weir_status shared_object_check(const char *path, struct weir_error *ret_error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const char *fault;

    if (fd < 0)
        return weir_error_set(ret_error, WEIR_FAULT_PLUGIN,
            errno == ENOENT ? "E-PLUGIN-MISSING" : "E-PLUGIN-LOAD", "%s: %s", path,
            strerror(errno));
    fault = file_fault(fd);
    close(fd);
    return fault ? refuse(ret_error, path, fault) : WEIR_OK;
}
