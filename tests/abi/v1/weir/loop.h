/*
 * The engine's event loop, for stages that declare WEIR_ON_LOOP.
 *
 * Handles may be made from `start` on. `stop` must uv_close every one of them;
 * the engine then runs the loop until all close callbacks were called, and only
 * after that frees the stage's arena: handles may live in it. Nothing may block.
 */
#ifndef WEIR_LOOP_H
#define WEIR_LOOP_H

#include <uv.h>
#include <weir/stage.h>

#ifdef __cplusplus
extern "C" {
#endif

WEIR_API uv_loop_t *weir_loop(struct weir_stage *stage);

#ifdef __cplusplus
}
#endif
#endif
