/*
 * intake_get.h - reads and searches inside a batch or transaction, done after
 * its writes.
 */
#ifndef AX_INTAKE_INTAKE_GET_H
#define AX_INTAKE_INTAKE_GET_H

#include "intake/intake_item.h"
#include "intake/intake_service.h"

/* Refuses a search that cannot be done, before anything is written. NOMEM. */
ax_status ax_intake_get_check(const ax_intake *intake,
                              const ax_intake_request *rq,
                              ax_intake_item *item) AX_MUST_USE;

/* Does the GET: item->answer, status, version and time. What was not found is
 * an issue. NOMEM, IO. */
ax_status ax_intake_get_run(const ax_intake *intake,
                            const ax_intake_request *rq, ax_intake_item *item,
                            ax_error *err) AX_MUST_USE;

#endif
