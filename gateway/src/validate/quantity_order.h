/*
 * quantity_order.h - which of two Quantities is more.
 * Threads: pure functions.
 */
#ifndef AX_VALIDATE_QUANTITY_ORDER_H
#define AX_VALIDATE_QUANTITY_ORDER_H

#include "json/json.h"

/* Orders two Quantities: their numbers where system and code are the same, else
 * in UCUM units that can be converted. false: they cannot be compared. */
bool ax_quantity_order_of(const ax_json *a, const ax_json *b, int *order);

#endif
