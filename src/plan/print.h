/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan/print.h - a plan and its difference to what is, as text for people and tests. */
#pragma once
#include <stdio.h>

#include "plan/diff.h"

void plan_print(const struct plan *p, FILE *out);
/* One line a step, "nothing" for none. */
void steps_print(const struct plan *p, const struct steps *s, FILE *out);
/* What one step does, as it stands in errors: "create bridge 'virbr0'". */
void step_text(const struct plan *p, const struct step *s, char *out, size_t size);

/* The plan of a definition as text, freed with mem_drop. */
int plan_describe(const struct network *n, char **ret, struct err *e);
