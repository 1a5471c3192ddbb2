/* The module qol-risk: quality of life, side effects, distress. */
#include "bss_canto.h"
#include "ctcae.h"
#include "eq5d5l.h"
#include "khorana.h"
#include "lipi.h"
#include "mascc.h"
#include "models.h"
#include "qlq.h"
#include "screeners.h"

static const auspex_served served[] = {
  { &qlq_model, "qlq-c30.table", sizeof(qlq_table), qlq_table_read, qlq_score },
  { &eq5d5l_model, "eq5d5l.table", sizeof(eq5d5l_table), eq5d5l_read,
    eq5d5l_score },
  { &screeners_model, "screeners.table", sizeof(screeners_table),
    screeners_read, screeners_score },
  { &bss_canto_model, "bss-canto.table", sizeof(bss_canto_table),
    bss_canto_read, bss_canto_score },
  { &ctcae_model, "ctcae-labs.table", sizeof(ctcae_table), ctcae_read,
    ctcae_score },
  { &lipi_model, "lipi.table", sizeof(lipi_table), lipi_read, lipi_score },
  { &khorana_model, "khorana.table", sizeof(khorana_table), khorana_read,
    khorana_score },
  { &mascc_model, "mascc.table", sizeof(mascc_table), mascc_read, mascc_score },
};

static const auspex_model *const models[] = {
  &qlq_model,   &eq5d5l_model, &screeners_model, &bss_canto_model,
  &ctcae_model, &lipi_model,   &khorana_model,   &mascc_model,
};

AUSPEX_SERVE(served, models)
