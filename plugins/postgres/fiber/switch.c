#include "switch.h"

#include <stdbool.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#    define HAS_ASAN 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define HAS_ASAN 1
#    endif
#endif
#if defined(__SANITIZE_THREAD__)
#    define HAS_TSAN 1
#elif defined(__has_feature)
#    if __has_feature(thread_sanitizer)
#        define HAS_TSAN 1
#    endif
#endif
#if defined(__has_include)
#    if __has_include(<valgrind/valgrind.h>)
#        include <valgrind/valgrind.h>
#    endif
#endif

#ifdef HAS_ASAN
#    include <dlfcn.h>
#    include <sanitizer/common_interface_defs.h>

/* libc's own: the sanitizer's stands before it, and warns of what is done here in its stead. */
static int swap(ucontext_t *from, const ucontext_t *to)
{
    static _Thread_local int (*real)(ucontext_t * from, const ucontext_t *to);

    if (!real)
        *(void **)&real = dlsym(dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), "swapcontext");
    return real(from, to);
}

/* `keeps` false: the stack is left for good, and its shadow may be freed. */
static void leaving(struct fiber_place *from, const struct fiber_place *to, bool keeps)
{
    __sanitizer_start_switch_fiber(keeps ? &from->shadow : NULL, to->stack, to->size);
}

/* Only here a place whose stack somebody else has made learns where that is. */
static void arrived(struct fiber_place *at, struct fiber_place *from)
{
    __sanitizer_finish_switch_fiber(at->shadow, &from->stack, &from->size);
}
#else
static int swap(ucontext_t *from, const ucontext_t *to)
{
    return swapcontext(from, to);
}

static void leaving(struct fiber_place *from, const struct fiber_place *to, bool keeps)
{
    (void)from;
    (void)to;
    (void)keeps;
}

static void arrived(struct fiber_place *at, struct fiber_place *from)
{
    (void)at;
    (void)from;
}
#endif

#ifdef HAS_TSAN
#    include <sanitizer/tsan_interface.h>

static void racer_new(struct fiber_place *place)
{
    place->racer = __tsan_create_fiber(0);
}

static void racer_free(struct fiber_place *place)
{
    __tsan_destroy_fiber(place->racer);
}

/* What comes back is the one that is left: a thread's own has no other way to be known. */
static void racer_go(struct fiber_place *from, const struct fiber_place *to)
{
    from->racer = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to->racer, 0);
}
#else
static void racer_new(struct fiber_place *place)
{
    (void)place;
}

static void racer_free(struct fiber_place *place)
{
    (void)place;
}

static void racer_go(struct fiber_place *from, const struct fiber_place *to)
{
    (void)from;
    (void)to;
}
#endif

void fiber_place_init(struct fiber_place *place, char *stack, size_t size, void (*main)(void))
{
    *place = (struct fiber_place){.stack = stack, .size = size};
    racer_new(place);
#ifdef VALGRIND_STACK_REGISTER
    place->valgrind = VALGRIND_STACK_REGISTER(stack, stack + size);
#endif
    if (getcontext(&place->context) != 0)
        abort();
    place->context.uc_stack.ss_sp = stack;
    place->context.uc_stack.ss_size = size;
    place->context.uc_link = NULL;
    makecontext(&place->context, main, 0);
}

void fiber_place_done(struct fiber_place *place)
{
    racer_free(place);
#ifdef VALGRIND_STACK_DEREGISTER
    VALGRIND_STACK_DEREGISTER(place->valgrind);
#endif
}

void fiber_place_go(struct fiber_place *from, struct fiber_place *to)
{
    leaving(from, to, true);
    racer_go(from, to);
    if (swap(&from->context, &to->context) != 0)
        abort();
    arrived(from, to);
}

void fiber_place_arrive(struct fiber_place *place, struct fiber_place *from)
{
    arrived(place, from);
}

_Noreturn void fiber_place_leave(struct fiber_place *from, struct fiber_place *to)
{
    leaving(from, to, false);
    racer_go(from, to);
    (void)setcontext(&to->context);
    abort();
}
