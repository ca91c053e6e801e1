/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model/words.h - enums and their texts, one table for both directions. A table is indexed by the enum's values and
 * ends with NULL; "" is the text of a value that is never written. */
#pragma once

enum tri { TRI_NONE, TRI_NO, TRI_YES }; /* an explicit no is kept apart from nothing said */
extern const char *const tri_words[];

enum mac_table { MAC_TABLE_NONE, MAC_TABLE_KERNEL, MAC_TABLE_LIBVIRT };
extern const char *const mac_table_words[];

enum pci_driver { PCI_DRIVER_NONE, PCI_DRIVER_KVM, PCI_DRIVER_VFIO, PCI_DRIVER_XEN };
extern const char *const pci_driver_words[];

enum vlan_native { VLAN_NATIVE_NONE, VLAN_NATIVE_TAGGED, VLAN_NATIVE_UNTAGGED };
extern const char *const vlan_native_words[];

enum virtualport_type { VPORT_NONE, VPORT_8021QBG, VPORT_8021QBH, VPORT_OPENVSWITCH, VPORT_MIDONET, VPORT_TYPES };
extern const char *const virtualport_words[];

enum lease_unit { LEASE_SECONDS, LEASE_MINUTES, LEASE_HOURS };
extern const char *const lease_unit_words[];

enum transport { TRANSPORT_NONE, TRANSPORT_TCP, TRANSPORT_UDP };
extern const char *const transport_words[];

/* May guests take addresses that nobody was lent or given? The first to come keeps it; they may, and pass them on among
 * themselves; they may not. */
enum hand_set { HAND_SET_NONE, HAND_SET_YES, HAND_SET_SHARED, HAND_SET_NO };
extern const char *const hand_set_words[];

extern const char *const forward_mode_words[];

/* The value whose text this is, -1: none. */
int word_find(const char *const *words, const char *text);
