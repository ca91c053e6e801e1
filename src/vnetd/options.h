/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vnetd/options.h - the command line. */
#pragma once
#include "base/log.h"
#include "control/control.h"

struct options {
	struct control_options control;
	bool libvirt; /* also listen where libvirt's tools look */
	enum log_level log;
};

/* Fills in defaults, the environment and the arguments. -1: go on; else the process's exit code, all said. */
int options_read(int argc, char **argv, struct options *ret);
