#include "budget.h"

void budget_init(struct budget *budget, size_t limit)
{
    budget->limit = limit;
    atomic_init(&budget->held, 0);
    atomic_init(&budget->peak, 0);
    atomic_init(&budget->refused, false);
}

static void note_peak(struct budget *budget, size_t held)
{
    size_t peak = atomic_load_explicit(&budget->peak, memory_order_relaxed);

    while (held > peak && !atomic_compare_exchange_weak_explicit(&budget->peak, &peak, held,
                              memory_order_relaxed, memory_order_relaxed))
        continue;
}

bool budget_reserve(struct budget *budget, size_t limit, size_t bytes)
{
    size_t held = atomic_load(&budget->held);

    do {
        if (held && (bytes > limit || held > limit - bytes)) {
            atomic_store(&budget->refused, true);
            /* What is held may have been released between the look and the mark. */
            if (atomic_load(&budget->held) >= held)
                return false;
            held = atomic_load(&budget->held);
            continue;
        }
        if (atomic_compare_exchange_weak(&budget->held, &held, held + bytes))
            break;
    } while (true);
    note_peak(budget, held + bytes);
    return true;
}

void budget_add(struct budget *budget, size_t bytes)
{
    note_peak(budget, atomic_fetch_add(&budget->held, bytes) + bytes);
}

bool budget_release(struct budget *budget, size_t bytes)
{
    atomic_fetch_sub(&budget->held, bytes);
    return atomic_exchange(&budget->refused, false);
}
