/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/words.h"

#include <stddef.h>
#include <string.h>

const char *const tri_words[] = { "", "no", "yes", NULL };
const char *const mac_table_words[] = { "", "kernel", "libvirt", NULL };
const char *const pci_driver_words[] = { "", "kvm", "vfio", "xen", NULL };
const char *const vlan_native_words[] = { "", "tagged", "untagged", NULL };
const char *const virtualport_words[] = { "", "802.1Qbg", "802.1Qbh", "openvswitch", "midonet", NULL };
const char *const transport_words[] = { "", "tcp", "udp", NULL };
const char *const hand_set_words[] = { "", "yes", "shared", "no", NULL };
const char *const lease_unit_words[] = { "seconds", "minutes", "hours", NULL };

int word_find(const char *const *words, const char *text)
{
	for (int i = 0; words[i]; i++)
		if (words[i][0] && strcmp(words[i], text) == 0)
			return i;
	return -1;
}
